using System.Text;
using Conex.Engine.Logs;
using CsCheck;

namespace Conex.Engine.Tests.Logs;

public sealed class LogReaderTests
{
    [Fact]
    public async Task No_log_is_no_output()
    {
        using var log = new LogFixture();

        Assert.Equal("", await log.ReadAsync());
        Assert.Equal("", await log.ReadAsync(new LogQuery { Tail = 5 }));
    }

    [Fact]
    public async Task Rotated_files_are_read_as_one()
    {
        using var log = new LogFixture();
        for (int i = 0; i < 9; i++)
        {
            log.Write("stdout", 'F', $"line {i}");
            if (i % 3 == 2)
            {
                log.Rotate();
            }
        }

        string all = await log.ReadAsync();

        Assert.Equal(string.Concat(Enumerable.Range(0, 9).Select(i => $"line {i}\n")), all);
        Assert.Equal("line 4\nline 5\nline 6\nline 7\nline 8\n", await log.ReadAsync(new LogQuery { Tail = 5 }));
    }

    [Fact]
    public async Task Parts_of_a_line_are_joined_and_marked()
    {
        using var log = new LogFixture();
        log.Write("stdout", 'P', "one ");
        log.Write("stderr", 'F', "oops");
        log.Write("stdout", 'F', "line");
        log.Write("stdout", 'P', "no end");

        List<LogEntry> entries = await log.Open(new LogQuery(), Task.CompletedTask).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal("one [oops\n]line\nno end", await log.ReadAsync());
        Assert.Equal([true, true, false, true], entries.Select(entry => entry.StartsLine));
        Assert.Equal([false, true, true, false], entries.Select(entry => entry.EndsLine));
    }

    [Fact]
    public async Task One_stream_can_be_read_alone()
    {
        using var log = new LogFixture();
        log.Write("stdout", 'F', "out");
        log.Write("stderr", 'F', "err");

        Assert.Equal("out\n", await log.ReadAsync(new LogQuery { Stderr = false }));
        Assert.Equal("[err\n]", await log.ReadAsync(new LogQuery { Stdout = false }));
    }

    [Fact]
    public async Task Since_and_until_are_borders()
    {
        using var log = new LogFixture();
        for (int i = 0; i < 5000; i++)
        {
            log.WriteRaw($"{LogFixture.Second(i)} stdout F {i} {new string('x', 40)}\n");
        }

        string some = await log.ReadAsync(new LogQuery { Since = LogFixture.Second(4000), Until = LogFixture.Second(4001) });

        Assert.Equal($"4000 {new string('x', 40)}\n4001 {new string('x', 40)}\n", some);
    }

    [Fact]
    public async Task A_torn_line_is_not_read()
    {
        using var log = new LogFixture();
        log.Write("stdout", 'F', "whole");
        log.WriteRaw("rubbish\n2026-01-02T03:04:05Z stdout F torn");

        Assert.Equal("whole\n", await log.ReadAsync());
        Assert.Equal("whole\n", await log.ReadAsync(new LogQuery { Tail = 1 }));
    }

    // Backwards, b2 is met before e: of two lines it is the first, and its part before e belongs to it.
    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "c1c2\n")]
    [InlineData(2, "b1b2\nc1c2\n")]
    [InlineData(3, "b1[e\n]b2\nc1c2\n")]
    [InlineData(9, "a\nb1[e\n]b2\nc1c2\n")]
    public async Task A_tail_is_of_whole_lines(int lines, string expected)
    {
        using var log = new LogFixture();
        log.Write("stdout", 'F', "a");
        log.Write("stdout", 'P', "b1");
        log.Write("stderr", 'F', "e");
        log.Write("stdout", 'F', "b2");
        log.Write("stdout", 'P', "c1");
        log.Rotate();
        log.Write("stdout", 'F', "c2");

        Assert.Equal(expected, await log.ReadAsync(new LogQuery { Tail = lines }));
    }

    [Fact]
    public void A_tail_is_the_end_of_everything() =>
        Gen.Select(Gen.Bool.Select(Gen.Int[0, 3], Gen.Int[0, 30000]).Array[0, 40], Gen.Int[0, 12], (records, tail) => (records, tail))
            .Sample(
                one =>
                {
                    using var log = new LogFixture();
                    List<string> lines = [];
                    foreach ((bool rotate, int parts, int size) in one.records)
                    {
                        var line = new StringBuilder();
                        for (int part = 0; part <= parts; part++)
                        {
                            string text = new((char)('a' + (lines.Count % 26)), (size / (parts + 1)) + 1);
                            log.Write("stdout", part == parts ? 'F' : 'P', text);
                            line.Append(text);
                        }
                        lines.Add(line.Append('\n').ToString());
                        if (rotate)
                        {
                            log.Rotate();
                        }
                    }
                    string expected = string.Concat(lines.TakeLast(one.tail));
                    // Nine files are kept by the fixture; older lines are gone for both.
                    string kept = ReadAll(log, new LogQuery());
                    string actual = ReadAll(log, new LogQuery { Tail = one.tail });
                    return kept.EndsWith(expected, StringComparison.Ordinal)
                        ? actual == expected
                        : kept.EndsWith(actual, StringComparison.Ordinal);
                },
                iter: 60,
                threads: 1
            );

    [Fact]
    public async Task Following_goes_on_across_rotations_until_the_end()
    {
        using var log = new LogFixture();
        log.Write("stdout", 'F', "before");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        IAsyncEnumerator<LogEntry> entries = log.Open(new LogQuery { Follow = true }, ended.Task)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

        Assert.Equal("before\n", await NextAsync(entries));
        log.Write("stdout", 'F', "after");
        Assert.Equal("after\n", await NextAsync(entries));
        log.Write("stdout", 'F', "last of the old");
        log.Rotate();
        log.Write("stdout", 'F', "middle");
        log.Rotate();
        log.Write("stderr", 'F', "first of the new");
        Assert.Equal("last of the old\n", await NextAsync(entries));
        Assert.Equal("middle\n", await NextAsync(entries));
        Assert.Equal("first of the new\n", await NextAsync(entries));
        log.Write("stdout", 'P', "unfinished");
        ended.SetResult();
        Assert.Equal("unfinished", await NextAsync(entries));
        Assert.False(await entries.MoveNextAsync());
    }

    [Fact]
    public async Task Following_from_an_empty_tail_shows_only_what_comes()
    {
        using var log = new LogFixture();
        log.Write("stderr", 'F', "old");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string> read = log.ReadAsync(new LogQuery { Follow = true, Tail = 0 }, ended.Task);

        log.Write("stdout", 'F', "new");
        log.Write("stderr", 'F', "too");
        ended.SetResult();

        Assert.Equal("new\n[too\n]", await read);
    }

    private static string ReadAll(LogFixture log, LogQuery query) => log.ReadAsync(query).GetAwaiter().GetResult();

    private static async Task<string> NextAsync(IAsyncEnumerator<LogEntry> entries)
    {
        Assert.True(await entries.MoveNextAsync());
        return Encoding.UTF8.GetString(entries.Current.Bytes.Span);
    }
}
