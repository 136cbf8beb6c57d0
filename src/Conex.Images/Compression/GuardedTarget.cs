namespace Conex.Images.Compression;

/// <summary>Passes on what a decompressor writes, and does not let it expand without end.</summary>
internal sealed class GuardedTarget(Stream target, ExpansionGuard guard) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> bytes)
    {
        guard.Add(bytes.Length);
        target.Write(bytes);
    }
}
