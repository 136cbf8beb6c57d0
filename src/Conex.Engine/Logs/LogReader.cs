using System.Runtime.CompilerServices;

namespace Conex.Engine.Logs;

/// <summary>Reads a container's log: from its beginning, its last lines or a moment on, and further while it grows.</summary>
/// <param name="path">The newest file; rotated ones are beside it.</param>
internal sealed class LogReader(string path, LogQuery query, LogWatch watch, TimeProvider time)
{
    private readonly bool[] within = new bool[3];

    /// <param name="ended">Completes when nothing more will be written; the end of a following read.</param>
    internal async IAsyncEnumerable<LogEntry> ReadAsync(Task ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using LogChanges? changes = query.Follow && !ended.IsCompleted ? watch.Subscribe(path) : null;
        using ITimer? limit = changes is null ? null : EndAt(changes);
        if (changes is not null)
        {
            _ = ended.ContinueWith(_ => changes.Complete(), TaskScheduler.Default);
        }
        List<LogFile> files = LogFile.OpenAll(path);
        try
        {
            LogStart start = query.Tail is { } lines
                ? LogTail.Find(files, lines, query.Stdout, query.Stderr)
                : new LogStart(0, 0, default, default);
            LogLines? current = null;
            for (int number = Math.Min(start.File, files.Count - 1); number >= 0 && number < files.Count; number++)
            {
                long offset = number == start.File ? start.Offset : 0;
                if (start.File == int.MaxValue)
                {
                    offset = files[number].Size;
                }
                else if (query.Since is { } since)
                {
                    offset = Math.Max(offset, LogSearch.Before(files[number], since));
                }
                current = new LogLines(files[number], offset);
                foreach (LogEntry entry in Entries(current, number, start))
                {
                    yield return entry;
                }
            }
            while (changes is not null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool more = await changes.NextAsync(cancellationToken);
                // What was written before the end was told is in the files by now: one more look, then the end.
                do
                {
                    current ??= Open(files);
                    if (current is null)
                    {
                        break;
                    }
                    foreach (LogEntry entry in Entries(current, null, start))
                    {
                        yield return entry;
                    }
                } while (Advance(ref current, files));
                if (!more)
                {
                    yield break;
                }
            }
        }
        finally
        {
            foreach (LogFile file in files)
            {
                file.Dispose();
            }
        }
    }

    private LogLines? Open(List<LogFile> files)
    {
        if (LogFile.TryOpen(path) is not { } file)
        {
            return null;
        }
        files.Add(file);
        return new LogLines(file, 0);
    }

    /// <summary>Goes on to the next file when the present one was rotated away and is read to its end.</summary>
    private bool Advance(ref LogLines current, List<LogFile> files)
    {
        if (current.File.TryOpenNext(path) is not { } next)
        {
            return false;
        }
        // The monitor may have written to the old file between the last read and the rotation.
        if (current.File.Size > current.End)
        {
            next.Dispose();
            return true;
        }
        files.Add(next);
        current = new LogLines(next, 0);
        return true;
    }

    /// <param name="file">The file's number among those that were there at first; null for what came later, which is always included.</param>
    private IEnumerable<LogEntry> Entries(LogLines lines, int? file, LogStart start)
    {
        while (lines.TryRead(out ReadOnlyMemory<byte> line))
        {
            if (
                LogRecord.TryParse(line.Span, out LogRecord record)
                && (file is null || start.Includes(record.Stream, new LogPosition(file.Value, lines.Position)))
                && IsWanted(record)
            )
            {
                yield return Entry(line.Span[record.TextStart..], record);
            }
        }
    }

    private bool IsWanted(LogRecord record) =>
        (record.Stream == LogStream.Stdout ? query.Stdout : query.Stderr) && !(record.Time < query.Since) && !(record.Time > query.Until);

    private LogEntry Entry(ReadOnlySpan<byte> text, LogRecord record)
    {
        byte[] bytes = new byte[text.Length + (record.IsFull ? 1 : 0)];
        text.CopyTo(bytes);
        if (record.IsFull)
        {
            bytes[^1] = (byte)'\n';
        }
        bool starts = !within[(int)record.Stream];
        within[(int)record.Stream] = !record.IsFull;
        return new LogEntry(record.Stream, record.Time, bytes, starts, record.IsFull);
    }

    private ITimer? EndAt(LogChanges changes)
    {
        if (query.Until is not { } until)
        {
            return null;
        }
        long nanoseconds = until.Nanoseconds - LogTime.From(time.GetUtcNow()).Nanoseconds;
        TimeSpan left = TimeSpan.FromMicroseconds(Math.Max(nanoseconds / 1000, 0));
        return time.CreateTimer(_ => changes.Complete(), null, left, Timeout.InfiniteTimeSpan);
    }
}
