using System.Buffers;
using System.IO.Pipelines;

namespace Conex.Api.Streaming;

/// <summary>A reader that is at its end once it is detached.</summary>
internal sealed class HijackableReader(PipeReader inner) : PipeReader
{
    private static readonly ReadResult End = new(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);
    private bool detached;

    public override bool TryRead(out ReadResult result)
    {
        result = End;
        return detached || inner.TryRead(out result);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        detached ? ValueTask.FromResult(End) : inner.ReadAsync(cancellationToken);

    public override void AdvanceTo(SequencePosition consumed)
    {
        if (!detached)
        {
            inner.AdvanceTo(consumed);
        }
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!detached)
        {
            inner.AdvanceTo(consumed, examined);
        }
    }

    public override void CancelPendingRead()
    {
        if (!detached)
        {
            inner.CancelPendingRead();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (!detached)
        {
            inner.Complete(exception);
        }
    }

    internal void Detach() => detached = true;
}
