using System.IO.Pipelines;

namespace Conex.Api.Streaming;

/// <summary>A writer that drops everything once it is detached.</summary>
internal sealed class HijackableWriter(PipeWriter inner) : PipeWriter
{
    private byte[]? dropped;

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => dropped is null ? inner.UnflushedBytes : 0;

    public override void Advance(int bytes)
    {
        if (dropped is null)
        {
            inner.Advance(bytes);
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => dropped is null ? inner.GetMemory(sizeHint) : Scratch(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => dropped is null ? inner.GetSpan(sizeHint) : Scratch(sizeHint);

    /// <remarks>Says that all is well: at the news of a completed writer the HTTP layer would abort the socket, with what is not sent yet.</remarks>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        dropped is null ? inner.FlushAsync(cancellationToken) : ValueTask.FromResult(default(FlushResult));

    public override void CancelPendingFlush()
    {
        if (dropped is null)
        {
            inner.CancelPendingFlush();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (dropped is null)
        {
            inner.Complete(exception);
        }
    }

    internal void Detach() => dropped = [];

    private byte[] Scratch(int sizeHint) =>
        dropped!.Length >= Math.Max(sizeHint, 1) ? dropped : dropped = new byte[Math.Max(sizeHint, 4096)];
}
