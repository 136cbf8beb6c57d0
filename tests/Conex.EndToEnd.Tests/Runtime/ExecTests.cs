using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>exec: a further process in a running container.</summary>
public sealed class ExecTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Exec_joins_the_containers_namespaces()
    {
        house.RunDetached(house.NewBundle().WithUserNamespace().AddNamespace("time"));
        int init = house.InitPid;
        foreach (string name in (string[])["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"])
        {
            string ofInit = File.ResolveLinkTarget($"/proc/{init}/ns/{name}", returnFinalTarget: false)!.Name;
            Assert.Equal(ofInit, house.Exec("readlink", $"/proc/self/ns/{name}").Text);
            Assert.NotEqual(File.ResolveLinkTarget($"/proc/self/ns/{name}", returnFinalTarget: false)!.Name, ofInit);
        }
        house.Remove();
    }

    [Fact]
    public void Exec_joins_the_containers_cgroups()
    {
        house.RunDetached(house.NewBundle());
        using RunningProgram exec = house.Begin("exec", house.Id, "sh", "-c", "echo in; exec sleep 1000000");
        exec.WaitForOutput("in");
        int[] processes = [.. JsonSerializer.Deserialize<int[]>(house.Do("ps", "-f", "json", house.Id).Text)!];
        Assert.Equal(2, processes.Length);
        string ofInit = File.ReadAllText($"/proc/{house.InitPid}/cgroup");
        Assert.All(processes, p => Assert.Equal(ofInit, File.ReadAllText($"/proc/{p}/cgroup")));
        house.Remove();
        Assert.Equal(137, exec.Finish().ExitCode);
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    public void Exec_returns_the_code_of_its_process(string script, int code)
    {
        house.RunDetached(house.NewBundle());
        house.Exec("sh", "-c", script).EndedWith(code);
        house.Remove();
    }

    [Fact]
    public void Exec_takes_user_groups_working_directory_and_environment()
    {
        house.RunDetached(house.NewBundle());
        CommandResult result = house.Do(
            "exec",
            "--user",
            "1000:50",
            "--additional-gids",
            "7",
            "--cwd",
            "/tmp",
            "--env",
            "COLOUR=red",
            "-e",
            "EMPTY=",
            house.Id,
            "sh",
            "-c",
            "id -u; id -g; id -G; pwd; echo $COLOUR$EMPTY; echo $HOME"
        );
        Assert.Equal(["1000", "50", "50 7", "/tmp", "red", "/home/adam"], result.Succeeded().Lines);
        house.Remove();
    }

    [Fact]
    public void Exec_reads_the_process_from_a_file()
    {
        house.RunDetached(house.NewBundle());
        string file = house.WriteFile(
            "process.json",
            """{"args":["/bin/sh","-c","echo $WHAT; id -u; exit 5"],"env":["WHAT=file","PATH=/bin"],"cwd":"/","user":{"uid":1000,"gid":1000}}"""
        );
        CommandResult result = house.Do("exec", "--process", file, house.Id).EndedWith(5);
        Assert.Equal(["file", "1000"], result.Lines);
        house.Remove();
    }

    [Fact]
    public void Exec_detached_returns_and_writes_the_number()
    {
        house.RunDetached(house.NewBundle());
        string file = $"{house.Place}/exec.pid";
        using RunningProgram exec = house.Begin("exec", "-d", "--pid-file", file, house.Id, "sleep", "1000002");
        exec.WaitForExit().Succeeded();
        // The kernel closes what execve(2) closes before it shows the new command line.
        Eventually.True(
            () => LeakCheck.Read($"/proc/{File.ReadAllText(file)}/cmdline") == "sleep\01000002\0",
            "the file has the number of the sleep"
        );
        house.Remove();
    }

    [Fact]
    public void Exec_forwards_signals()
    {
        house.RunDetached(house.NewBundle());
        using RunningProgram exec = house.Begin(
            "exec",
            house.Id,
            "sh",
            "-c",
            "trap 'exit 9' INT; echo ready; while :; do sleep 0.05; done"
        );
        exec.WaitForOutput("ready");
        exec.Signal(Signal.SIGINT);
        Assert.Equal(9, exec.Finish().ExitCode);
        house.Remove();
    }

    [Fact]
    public void Exec_has_the_containers_capabilities_and_those_added()
    {
        house.RunDetached(house.NewBundle().Capabilities("CAP_CHOWN"));
        Assert.Equal(["0000000000000001", "0000000000000001"], CapabilityLines());
        Assert.Equal(["0000000000000021", "0000000000000021"], CapabilityLines("--cap", "CAP_KILL"));
        house.Remove();

        string[] CapabilityLines(params string[] options) =>
            house.Do(["exec", .. options, house.Id, "sh", "-c", "grep -E 'CapInh|CapEff|CapBnd' /proc/self/status"]).Succeeded().Lines
                is [var inheritable, var effective, var bounding]
            && inheritable.EndsWith("0000000000000000", StringComparison.Ordinal)
                ? [effective.Split('\t')[1], bounding.Split('\t')[1]]
                : [];
    }

    [Fact]
    public void Exec_has_the_containers_seccomp_filter()
    {
        house.RunDetached(house.NewBundle().WithLinux(l => l with { Seccomp = SeccompTests.Forbid("mkdir") }));
        CommandResult result = house.Exec("mkdir", "/tmp/new");
        Assert.Contains("Operation not permitted", result.EndedWith(1).Error, StringComparison.Ordinal);
        house.Remove();
    }

    [Theory]
    [InlineData("no-such-program", "executable file not found in $PATH")]
    [InlineData("/no/such/program", "no such file or directory")]
    [InlineData("/etc/passwd", "permission denied")]
    public void Exec_of_what_cannot_run_ends_with_255_and_a_sentence(string program, string phrase)
    {
        house.RunDetached(house.NewBundle());
        house.Exec(program).FailedWith(255, phrase);
        house.Remove();
    }

    [Fact]
    public void Exec_in_a_stopped_container_is_refused()
    {
        house.Run(house.NewBundle(), "--keep").Succeeded();
        house.Exec("true").FailedWith(255, "cannot exec in a stopped container");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Exec_in_a_created_container_works()
    {
        using RunningProgram created = house.Create(house.NewBundle());
        Assert.Equal("box", house.Exec("hostname").Text);
        house.Remove();
    }

    [Fact]
    public void Exec_in_a_user_namespace_is_its_root_and_nobody_on_the_host()
    {
        house.RunDetached(house.NewBundle().WithUserNamespace());
        string file = $"{house.Place}/exec.pid";
        using RunningProgram exec = house.Begin("exec", "--pid-file", file, house.Id, "sh", "-c", "id -u; exec sleep 1000000");
        exec.WaitForOutput("0\n");
        Assert.Contains(
            "\nUid:\t100000\t100000\t100000\t100000\n",
            File.ReadAllText($"/proc/{RuntimeHouse.WaitForPid(file)}/status"),
            StringComparison.Ordinal
        );
        house.Remove();
    }

    [Fact]
    public void Exec_without_a_command_is_an_error()
    {
        house.RunDetached(house.NewBundle());
        house.Do("exec", house.Id).FailedWith(255, "exec needs a command");
        house.Remove();
    }

    [Fact]
    public void The_container_may_end_while_an_exec_runs()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("read line"));
        house.Do("start", house.Id).Succeeded();
        using RunningProgram exec = house.Begin("exec", house.Id, "sh", "-c", "echo in; exec sleep 1000000");
        exec.WaitForOutput("in");
        created.Input.Close();
        Assert.Equal(137, exec.Finish().ExitCode);
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }
}
