using Conex.Images.Compression;

namespace Conex.Images.Archives;

/// <summary>Tells how far a layer is.</summary>
internal sealed class ProgressStream(Stream source, ProgressStream.Report report) : ReadOnlyStream
{
    private const long Step = 1 << 20;
    private long count;
    private long reported;

    public override int Read(Span<byte> buffer)
    {
        int n = source.Read(buffer);
        count += n;
        if (count - reported >= Step || (n == 0 && reported < count))
        {
            reported = count;
            report.Progress?.Report(new LoadProgress(report.Item, "Loading layer", count, report.Total));
        }
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Whom to tell, and of what.</summary>
    internal sealed record Report(IProgress<LoadProgress>? Progress, string Item, long Total)
    {
        /// <summary>All of it was read before.</summary>
        internal void Complete() => Progress?.Report(new LoadProgress(Item, "Loading layer", Total, Total));
    }
}
