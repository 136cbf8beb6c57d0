using System.Text;
using Conex.Engine.Logs;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Logs;

/// <summary>Writes a log as a monitor does, with rotation, and reads it back.</summary>
internal sealed class LogFixture : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private long clock;

    internal string Path => scratch["container.log"];

    /// <summary>A moment that records are counted from: second 0.</summary>
    internal static LogTime Second(long second) => new((1_767_225_600 + second) * 1_000_000_000);

    internal void Write(string stream, char tag, string text)
    {
        LogTime time = Second(clock++);
        File.AppendAllText(Path, $"{time} {stream} {tag} {text}\n");
    }

    internal void WriteRaw(string text) => File.AppendAllText(Path, text);

    internal void Rotate()
    {
        for (int number = 8; number >= 0; number--)
        {
            string from = number == 0 ? Path : $"{Path}.{number}";
            if (File.Exists(from))
            {
                File.Move(from, $"{Path}.{number + 1}", overwrite: true);
            }
        }
        File.WriteAllText(Path, "");
    }

    internal Task<string> ReadAsync(LogQuery? query = null) => ReadAsync(query ?? new LogQuery(), Task.CompletedTask);

    /// <summary>What is read, errors in brackets.</summary>
    internal async Task<string> ReadAsync(LogQuery query, Task ended)
    {
        var text = new StringBuilder();
        await foreach (LogEntry entry in Open(query, ended))
        {
            string bytes = Encoding.UTF8.GetString(entry.Bytes.Span);
            text.Append(entry.Stream == LogStream.Stderr ? $"[{bytes}]" : bytes);
        }
        return text.ToString();
    }

    internal IAsyncEnumerable<LogEntry> Open(LogQuery query, Task ended) =>
        new LogReader(Path, query, new LogWatch(), TimeProvider.System).ReadAsync(ended, TestContext.Current.CancellationToken);

    public void Dispose() => scratch.Dispose();
}
