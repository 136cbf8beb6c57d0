using System.Globalization;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What a container printed can be read again.</summary>
public sealed class LogTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Numbers = "i=1; while [ $i -le 10 ]; do echo line $i; i=$((i+1)); done";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void Logs_keep_streams_apart_and_bytes_as_they_were()
    {
        string id = Ended("printf 'a\\tb\\n\\nunterminated'; echo err >&2");

        CommandResult logs = house.Do("logs", id).Succeeded();

        Assert.Equal("a\tb\n\nunterminated", logs.Output);
        Assert.Equal("err\n", logs.Error);
    }

    [Fact]
    public void A_line_longer_than_a_record_comes_back_whole()
    {
        string id = Ended("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end");

        string[] lines = house.Do("logs", id).Succeeded().Lines;

        Assert.Equal([new string('x', 100000), "end"], lines);
    }

    [Theory]
    [InlineData("3", "line 8\nline 9\nline 10\n")]
    [InlineData("0", "")]
    [InlineData("100", "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\nline 10\n")]
    public void Tail_counts_lines_from_the_end(string tail, string expected) =>
        Assert.Equal(expected, house.Do("logs", "--tail", tail, Ended(Numbers)).Succeeded().Output);

    [Fact]
    public void Timestamps_stand_before_each_line_and_grow()
    {
        string[] lines = house.Do("logs", "-t", Ended(Numbers)).Succeeded().Lines;

        List<DateTimeOffset> times = [.. lines.Select(l => DateTimeOffset.Parse(l.Split(' ')[0], CultureInfo.InvariantCulture))];

        Assert.Equal(times.Order(), times);
        Assert.All(lines, (line, i) => Assert.EndsWith($"Z line {i + 1}", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Since_and_until_cut_by_time()
    {
        string id = Ended("echo early; sleep 1.2; echo late");
        string stamp = house.Do("logs", "-t", id).Succeeded().Lines[1].Split(' ')[0];

        Assert.Equal("late\n", house.Do("logs", "--since", stamp, id).Output);
        Assert.Equal(
            "early\n",
            house
                .Do(
                    "logs",
                    "--until",
                    DateTimeOffset.Parse(stamp, CultureInfo.InvariantCulture).AddSeconds(-0.1).ToString("O", CultureInfo.InvariantCulture),
                    id
                )
                .Output
        );
        Assert.Equal("early\nlate\n", house.Do("logs", "--since", "1h", id).Output);
        Assert.Empty(house.Do("logs", "--until", "1h", id).Output);
    }

    [Fact]
    public void Follow_shows_what_comes_and_ends_with_the_container()
    {
        string id = house.RunScript("echo first; while [ ! -e /go ]; do sleep 0.05; done; echo second; exit 3");
        RunningProgram logs = house.Begin("logs", "-f", id);
        logs.WaitForOutput("first");

        house.Do("exec", id, "touch", "/go").Succeeded();

        Assert.Equal("first\nsecond\n", logs.Finish().Succeeded().Output);
    }

    [Fact]
    public void Follow_starts_at_the_tail()
    {
        string id = house.RunScript($"{Numbers}; while [ ! -e /go ]; do sleep 0.05; done; echo new");
        house.WaitForLog(id, "line 10");
        RunningProgram logs = house.Begin("logs", "-f", "-n", "1", id);
        logs.WaitForOutput("line 10");

        house.Do("exec", id, "touch", "/go").Succeeded();

        Assert.Equal("line 10\nnew\n", logs.Finish().Output);
    }

    [Fact]
    public void A_log_is_rotated_by_size_and_reads_on_across_its_files()
    {
        string id = Ended(
            "i=1; while [ $i -le 3000 ]; do echo $i; i=$((i+1)); done",
            "--log-opt",
            "max-size=40k",
            "--log-opt",
            "max-file=3"
        );
        string directory = $"{house.DataRoot}/containers/{id}";

        string[] lines = house.Do("logs", id).Succeeded().Lines;

        Assert.Equal(3, Directory.GetFiles(directory, "container.log*").Length);
        Assert.All(Directory.GetFiles(directory, "container.log*"), f => Assert.InRange(new FileInfo(f).Length, 1, 41_000));
        int first = int.Parse(lines[0], CultureInfo.InvariantCulture);
        Assert.InRange(first, 2, 2999);
        Assert.Equal(Enumerable.Range(first, 3001 - first), lines.Select(l => int.Parse(l, CultureInfo.InvariantCulture)));
        Assert.Equal("2999\n3000", house.Ask("logs", "-n", "2", id));
    }

    [Fact]
    public void Follow_goes_on_across_rotations()
    {
        string id = house.RunScript(
            "echo 0; while [ ! -e /go ]; do sleep 0.05; done; i=1; while [ $i -le 3000 ]; do echo $i; [ $((i % 200)) = 0 ] && sleep 0.1; i=$((i+1)); done",
            "--log-opt",
            "max-size=20k",
            "--log-opt",
            "max-file=5"
        );
        RunningProgram logs = house.Begin("logs", "-f", id);
        logs.WaitForOutput("0\n");

        house.Do("exec", id, "touch", "/go").Succeeded();

        Assert.Equal(string.Join('\n', Enumerable.Range(0, 3001)), logs.Finish().Text);
    }

    [Fact]
    public void A_restarted_container_continues_its_log()
    {
        string id = Ended("echo run");

        house.Do("start", "-a", id).Succeeded();

        Assert.Equal("run\nrun\n", house.Do("logs", id).Output);
    }

    [Fact]
    public void Logs_of_a_terminal_are_as_the_terminal_wrote_them() =>
        Assert.Equal("one\r\ntwo\r\n", house.Do("logs", Ended("echo one; echo two >&2", "-t")).Output);

    [Fact]
    public void Logs_of_no_container_is_one_sentence() => house.Do("logs", "nobody").FailedWith(1, "No such container: nobody");

    private string Ended(string script, params string[] options)
    {
        string id = house.RunScript(script, options);
        house.Do("wait", id).Succeeded();
        return id;
    }
}
