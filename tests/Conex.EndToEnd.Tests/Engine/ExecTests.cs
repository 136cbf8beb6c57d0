using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>More processes in a running container.</summary>
public sealed class ExecTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void Exec_prints_and_returns_the_code()
    {
        string id = house.RunSleeper("-e", "OF_CONTAINER=yes", "-w", "/tmp");

        CommandResult result = house.Do("exec", id, "sh", "-c", "echo out $OF_CONTAINER $PWD; echo err >&2; exit 7");

        Assert.Equal(7, result.ExitCode);
        Assert.Equal("out yes /tmp\n", result.Output);
        Assert.Equal("err\n", result.Error);
    }

    [Fact]
    public void Exec_takes_environment_directory_and_user()
    {
        string id = house.RunSleeper();

        string answer = house.Ask(
            "exec",
            "-e",
            "A=b",
            "-w",
            "/etc",
            "-u",
            "adam",
            id,
            "sh",
            "-c",
            "echo $A $(pwd) $(id -un) $(id -G) $HOME"
        );

        Assert.Equal("b /etc adam 1000 50 /home/adam", answer);
    }

    [Fact]
    public void Exec_pipes_input_with_half_close_and_binary_data()
    {
        string id = house.RunSleeper();

        Assert.Equal("hi", house.DoOnHost($"echo hi | $CONEX exec -i {id} cat").Text);
        Assert.Equal(
            "same",
            house.DoOnHost($"head -c 2000000 /dev/urandom > e.in; $CONEX exec -i {id} cat < e.in > e.out; cmp e.in e.out && echo same").Text
        );
    }

    [Fact]
    public void Exec_t_has_a_terminal()
    {
        string id = house.RunSleeper();

        Assert.Equal("/dev/pts/0\r\n", house.Do("exec", "-t", id, "tty").Succeeded().Output);
    }

    [Fact]
    public void Exec_d_leaves_the_process_to_itself()
    {
        string id = house.RunSleeper();

        CommandResult result = house.Do("exec", "-d", id, "sh", "-c", "sleep 0.2; touch /done");

        Assert.Empty(result.Succeeded().Output);
        Eventually.True(() => house.Do("exec", id, "test", "-e", "/done").ExitCode == 0, "the process did its work");
    }

    [Theory]
    [InlineData("no-such-program", 127, "executable file not found in $PATH")]
    [InlineData("/etc/passwd", 126, "permission denied")]
    public void Exec_of_what_cannot_run_is_one_sentence_and_a_shells_code(string program, int code, string phrase)
    {
        string id = house.RunSleeper();

        CommandResult result = house.Do("exec", id, program).EndedWith(code);

        Assert.Contains(phrase, result.Output + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_needs_a_running_container()
    {
        house.Do("exec", "nobody", "true").FailedWith(1, "No such container: nobody");
        string id = house.RunScript("exit 0");
        house.WaitForStatus(id, "exited");

        Assert.Contains("is not running", house.Do("exec", id, "true").EndedWith(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_is_confined_as_the_container_is()
    {
        string id = house.RunSleeper("--cap-drop", "ALL", "--security-opt", "no-new-privileges");

        string status = house.Ask("exec", id, "cat", "/proc/self/status");

        Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        // All that there is to give on this machine.
        string all = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("CapBnd:", StringComparison.Ordinal))[7..];
        Assert.Contains($"CapEff:{all}", house.Ask("exec", "--privileged", id, "cat", "/proc/self/status"), StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_ends_with_its_container()
    {
        string id = house.RunSleeper();
        RunningProgram exec = house.Begin("exec", id, "sh", "-c", "echo ready; sleep 1000000");
        exec.WaitForOutput("ready");

        house.Do("kill", id).Succeeded();

        Assert.Equal(137, exec.Finish().ExitCode);
    }

    [Fact]
    public void Many_execs_at_once_keep_their_answers()
    {
        string id = house.RunSleeper();

        string[] answers =
        [
            .. Enumerable
                .Range(0, 12)
                .AsParallel()
                .WithDegreeOfParallelism(12)
                .Select(i => house.Ask("exec", id, "sh", "-c", $"echo {i}; exit 0")),
        ];

        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), answers.OrderBy(int.Parse));
        Eventually.True(
            () => EngineRemains.Entries($"{house.RunRoot}/containers/{id}/exec").Length == 0,
            "the execs' directories are removed"
        );
    }
}
