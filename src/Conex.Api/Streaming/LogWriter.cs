using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Conex.Api.Translation;
using Conex.DockerApi.Streams;
using Conex.Engine.Logs;

namespace Conex.Api.Streaming;

/// <summary>Writes log entries as Docker streams them: raw for a terminal, else in frames; on request with the time before each line.</summary>
internal sealed class LogWriter(PipeWriter output, bool framed, bool timestamps)
{
    private const int FlushAt = 32 * 1024;

    /// <summary>Length of <c>2006-01-02T15:04:05.000000000Z </c>.</summary>
    private const int TimestampLength = 31;
    private long unflushed;

    /// <summary>Writes entries until there are no more or the client is gone. Flushes when the next entry is not there yet.</summary>
    internal async Task WriteAllAsync(IAsyncEnumerable<LogEntry> entries, CancellationToken gone)
    {
        await using IAsyncEnumerator<LogEntry> next = entries.GetAsyncEnumerator(gone);
        while (true)
        {
            ValueTask<bool> step = next.MoveNextAsync();
            if ((!step.IsCompleted || unflushed >= FlushAt) && !await FlushAsync())
            {
                // The client is gone; an enumerator must not be disposed while it moves.
                await AbandonAsync(step);
                return;
            }

            if (!await step)
            {
                await FlushAsync();
                return;
            }

            Write(next.Current);
        }
    }

    private static async Task AbandonAsync(ValueTask<bool> step)
    {
        try
        {
            await step;
        }
        catch (OperationCanceledException)
        {
            // Expected: the client's leaving cancels it.
        }
    }

    private async ValueTask<bool> FlushAsync()
    {
        if (unflushed == 0)
        {
            return true;
        }

        unflushed = 0;
        return !(await output.FlushAsync()).IsCompleted;
    }

    private void Write(LogEntry entry)
    {
        bool stamped = timestamps && entry.StartsLine;
        int length = entry.Bytes.Length + (stamped ? TimestampLength : 0);
        if (framed)
        {
            new StdCopyFrame((StdCopyStream)entry.Stream, (uint)length).Write(output.GetSpan(StdCopyFrame.HeaderSize));
            output.Advance(StdCopyFrame.HeaderSize);
            unflushed += StdCopyFrame.HeaderSize;
        }

        if (stamped)
        {
            output.Advance(Encoding.ASCII.GetBytes($"{DockerTime.Fixed(entry.Time.Nanoseconds)} ", output.GetSpan(TimestampLength)));
        }

        output.Write(entry.Bytes.Span);
        unflushed += length;
    }
}
