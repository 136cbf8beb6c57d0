using System.Globalization;
using System.Text;

namespace Conex.Runtime.Tests.Monitors;

public sealed class LogTests
{
    [Fact]
    public void Every_line_has_time_stream_and_text()
    {
        using var monitor = new RunningMonitor(new ShellPayload("echo out; echo; echo err >&2; printf 'a b  c \\n'"));
        DateTime before = DateTime.UtcNow.AddSeconds(-1);
        _ = monitor.RunToEnd();
        List<LogLine> lines = LogLine.Read(monitor.Log);
        Assert.All(lines, line => Assert.InRange(line.Time, before, DateTime.UtcNow.AddSeconds(1)));
        Assert.Equal(["F out", "F ", "F a b  c "], lines.Where(line => line.Stream == "stdout").Select(line => $"{line.Tag} {line.Text}"));
        Assert.Equal(["F err"], lines.Where(line => line.Stream == "stderr").Select(line => $"{line.Tag} {line.Text}"));
    }

    [Fact]
    public void A_line_without_a_newline_is_partial()
    {
        using var monitor = new RunningMonitor(new ShellPayload("printf prompt"));
        _ = monitor.RunToEnd();
        Assert.Equal(("P", "prompt"), LogLine.Read(monitor.Log).Select(line => (line.Tag, line.Text)).Single());
    }

    [Fact]
    public void A_prompt_is_in_the_log_before_its_line_ends()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("printf prompt; read x < $1/gate; echo $x"),
            prepare: RunningMonitor.MakeGate
        );
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        _ = attached.ReadExactly("prompt".Length + 8);
        Assert.Equal(("P", "prompt"), LogLine.Read(monitor.Log).Select(line => (line.Tag, line.Text)).Single());
        monitor.OpenGate();
        _ = control.ReadLines();
        Assert.Equal([("P", "prompt"), ("F", "go")], LogLine.Read(monitor.Log).Select(line => (line.Tag, line.Text)));
    }

    [Theory]
    [InlineData(16384)]
    [InlineData(16385)]
    [InlineData(100_000)]
    public void A_long_line_is_cut_into_pieces_that_make_the_line_again(int length)
    {
        using var monitor = new RunningMonitor(new ShellPayload($"yes | tr -d '\\n' | head -c {length}; echo"));
        _ = monitor.RunToEnd();
        List<LogLine> lines = LogLine.Read(monitor.Log);
        Assert.All(lines, line => Assert.InRange(line.Text.Length, 0, 16384));
        Assert.All(lines.SkipLast(1), line => Assert.Equal("P", line.Tag));
        Assert.Equal("F", lines[^1].Tag);
        Assert.Equal(new string('y', length), string.Concat(lines.Select(line => line.Text)));
    }

    [Fact]
    public void Whatever_a_container_writes_can_be_read_from_the_log()
    {
        var random = new Random(7);
        byte[] bytes = new byte[200_000];
        random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            // Stretches with many newlines and others with none.
            bytes[i] = (i / 30_000 % 2 == 0) && random.Next(5) == 0 ? (byte)'\n' : bytes[i];
        }
        using var monitor = new RunningMonitor(
            new ShellPayload("cat $1/data"),
            prepare: directory => File.WriteAllBytes($"{directory}/data", bytes)
        );
        _ = monitor.RunToEnd();
        Assert.Equal(Encoding.Latin1.GetString(bytes), LogLine.Join(monitor.Log));
    }

    [Fact]
    public void The_log_is_rotated_by_size_and_the_oldest_goes()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("seq 1 500"),
            options => options with { LogMaximumSize = 4000, LogMaximumFiles = 3 }
        );
        _ = monitor.RunToEnd();
        string[] files = [$"{monitor.Log}.2", $"{monitor.Log}.1", monitor.Log];
        Assert.Equal(files.Order(), Directory.GetFiles(monitor.Directory, "container.log*").Order());
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 4000));
        int[] numbers = [.. files.SelectMany(LogLine.Read).Select(line => int.Parse(line.Text, CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(500 - numbers.Length + 1, numbers.Length), numbers);
    }

    [Fact]
    public void One_file_means_that_only_the_newest_lines_are_kept()
    {
        using var monitor = new RunningMonitor(new ShellPayload("seq 1 500"), options => options with { LogMaximumSize = 4000 });
        _ = monitor.RunToEnd();
        Assert.Equal([monitor.Log], Directory.GetFiles(monitor.Directory, "container.log*"));
        Assert.Equal("500", LogLine.Read(monitor.Log)[^1].Text);
    }

    [Fact]
    public void A_log_is_continued_by_the_next_monitor_and_its_size_counts()
    {
        string old = $"2026-01-02T03:04:05.123456789Z stdout F {new string('o', 3950)}\n";
        using var monitor = new RunningMonitor(
            new ShellPayload("echo new"),
            options => options with { LogMaximumSize = 4000, LogMaximumFiles = 2 },
            directory => File.WriteAllText($"{directory}/container.log", old)
        );
        _ = monitor.RunToEnd();
        Assert.Equal(old, File.ReadAllText($"{monitor.Log}.1"));
        Assert.Equal("new", LogLine.Read(monitor.Log).Single().Text);
    }

    [Fact]
    public void Half_a_line_of_a_monitor_that_was_killed_does_not_swallow_the_next()
    {
        const string torn = "2026-01-02T03:04:05.123456789Z stdout F half a li";
        using var monitor = new RunningMonitor(
            new ShellPayload("echo whole"),
            prepare: directory => File.WriteAllText($"{directory}/container.log", torn)
        );
        _ = monitor.RunToEnd();
        Assert.Equal(["half a li", "whole"], LogLine.Read(monitor.Log).Select(line => line.Text));
    }

    [Fact]
    public void A_full_disk_costs_log_lines_and_nothing_else()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("seq 1 20000; exit 6"),
            prepare: directory => File.CreateSymbolicLink($"{directory}/container.log", "/dev/full")
        );
        using Client attached = monitor.Attach();
        using Client control = monitor.Start();
        Assert.EndsWith("\n20000\n", attached.ReadFrames().Stdout);
        Assert.Equal(6, monitor.Ended().ExitCode);
        string said = monitor.Said();
        Assert.Contains("container.log cannot be written, lines are lost: no space left on device (ENOSPC)", said);
        Assert.Equal(1, said.Count(c => c == '\n'));
    }

    [Fact]
    public void A_log_that_cannot_be_opened_is_said_once_and_the_container_runs()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("seq 1 20000; exit 6"),
            options => options with { LogFile = "/nothing/there.log" }
        );
        Assert.Equal(6, monitor.RunToEnd().ExitCode);
        Assert.Equal(1, monitor.Said().Count(c => c == '\n'));
    }

    [Fact]
    public void A_log_that_cannot_be_rotated_grows_on()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("seq 1 500"),
            options => options with { LogMaximumSize = 4000, LogMaximumFiles = 2 },
            directory => Directory.CreateDirectory($"{directory}/container.log.1/in the way")
        );
        _ = monitor.RunToEnd();
        Assert.Equal(500, LogLine.Read(monitor.Log).Count);
        Assert.Contains("cannot be rotated and grows on", monitor.Said());
    }

    [Fact]
    public void An_exec_has_no_log()
    {
        using var monitor = new RunningMonitor(new ShellPayload("echo hi"), options => options with { LogFile = null });
        _ = monitor.RunToEnd();
        Assert.Equal([$"{monitor.Directory}/exit.json"], Directory.GetFiles(monitor.Directory));
    }
}
