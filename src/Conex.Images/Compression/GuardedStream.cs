namespace Conex.Images.Compression;

/// <summary>A decompressor that fails in one way only, and does not expand without end.</summary>
internal sealed class GuardedStream(Stream expanding, ExpansionGuard guard) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int n;
        try
        {
            n = expanding.Read(buffer);
        }
        catch (Exception cause) when (ExpansionGuard.IsDamage(cause))
        {
            throw guard.Damaged(cause);
        }
        guard.Add(n);
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            expanding.Dispose();
        }
        base.Dispose(disposing);
    }
}
