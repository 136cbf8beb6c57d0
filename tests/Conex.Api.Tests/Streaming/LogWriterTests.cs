using System.IO.Pipelines;
using System.Text;
using Conex.Api.Streaming;
using Conex.DockerApi.Streams;
using Conex.Engine.Logs;

namespace Conex.Api.Tests.Streaming;

public sealed class LogWriterTests
{
    private static readonly LogTime Time = new(1_767_323_045_000_000_007);

    [Fact]
    public async Task Entries_come_in_frames_of_their_stream()
    {
        byte[] bytes = await Write(framed: true, timestamps: false, Entry(LogStream.Stdout, "out\n"), Entry(LogStream.Stderr, "err\n"));

        Assert.Equal([("Stdout", "out\n"), ("Stderr", "err\n")], Frames(bytes));
    }

    [Fact]
    public async Task The_time_stands_before_each_line_and_not_before_its_parts()
    {
        byte[] bytes = await Write(
            framed: true,
            timestamps: true,
            Entry(LogStream.Stdout, "long ", ends: false),
            Entry(LogStream.Stdout, "line\n", starts: false)
        );

        Assert.Equal([("Stdout", "2026-01-02T03:04:05.000000007Z long "), ("Stdout", "line\n")], Frames(bytes));
    }

    [Fact]
    public async Task A_terminals_output_has_no_frames() =>
        Assert.Equal(
            "2026-01-02T03:04:05.000000007Z a\nb",
            Encoding.UTF8.GetString(
                await Write(framed: false, timestamps: true, Entry(LogStream.Stdout, "a\n"), Entry(LogStream.Stdout, "b", starts: false))
            )
        );

    [Fact]
    public async Task What_is_there_is_sent_before_the_next_entry_is_waited_for()
    {
        var more = new TaskCompletionSource();
        var pipe = new Pipe();
        Task writing = new LogWriter(pipe.Writer, framed: false, timestamps: false).WriteAllAsync(Entries(), CancellationToken.None);

        ReadResult first = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("one\n", Encoding.UTF8.GetString(first.Buffer));
        pipe.Reader.AdvanceTo(first.Buffer.End);
        more.SetResult();
        await writing;

        async IAsyncEnumerable<LogEntry> Entries()
        {
            yield return Entry(LogStream.Stdout, "one\n");
            await more.Task;
            yield return Entry(LogStream.Stdout, "two\n");
        }
    }

    [Fact]
    public async Task A_client_that_left_ends_the_writing()
    {
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        bool ended = false;

        await new LogWriter(pipe.Writer, framed: false, timestamps: false).WriteAllAsync(Forever(), CancellationToken.None);

        Assert.True(ended);

        async IAsyncEnumerable<LogEntry> Forever()
        {
            try
            {
                while (true)
                {
                    await Task.Yield();
                    yield return Entry(LogStream.Stdout, "x\n");
                }
            }
            finally
            {
                ended = true;
            }
        }
    }

    private static LogEntry Entry(LogStream stream, string text, bool starts = true, bool ends = true) =>
        new(stream, Time, Encoding.UTF8.GetBytes(text), starts, ends);

    private static async Task<byte[]> Write(bool framed, bool timestamps, params LogEntry[] entries)
    {
        var output = new MemoryStream();
        PipeWriter writer = PipeWriter.Create(output);
        await new LogWriter(writer, framed, timestamps).WriteAllAsync(entries.ToAsyncEnumerable(), CancellationToken.None);
        return output.ToArray();
    }

    private static List<(string Stream, string Text)> Frames(byte[] bytes)
    {
        var frames = new List<(string, string)>();
        ReadOnlySpan<byte> input = bytes;
        var demultiplexer = new StdCopyDemultiplexer();
        while (demultiplexer.TryTake(ref input, out StdCopyStream stream, out ReadOnlySpan<byte> payload))
        {
            frames.Add((stream.ToString(), Encoding.UTF8.GetString(payload)));
        }

        return frames;
    }
}
