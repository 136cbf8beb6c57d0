using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Every command works for an ordinary user, and the state lies where the user's session ends it.</summary>
public sealed class RootlessCommandTests : IDisposable
{
    private readonly OrdinaryUser user = new();

    private RuntimeHouse House => user.House;

    public void Dispose() => user.Dispose();

    [Fact]
    public void A_container_lives_through_all_commands()
    {
        TestBundle bundle = user.NewMappedBundle().Command("sleep", "1000000");
        bundle.WithProcess(p =>
            p with
            {
                User = new User { Uid = 7, Gid = 8 },
            }
        );
        using RunningProgram created = House.Create(bundle, "--pid-file", user.NewDirectory("pids") + "/init");
        Assert.Equal("created", House.Status());
        Assert.Equal($"{House.InitPid}", File.ReadAllText($"{House.Place}/pids/init"));
        // Before execve(2) the process is closed to whoever is not root of the host.
        House.Exec("true").FailedWith(255, "an ordinary user enters a container once it is started");
        House.Do("start", House.Id).Succeeded();
        Assert.Equal("running", House.Status());
        Assert.Contains(House.Id, House.Do("list", "-q").Lines);
        Assert.Contains("\nUid:\t1000006\t", File.ReadAllText($"/proc/{House.InitPid}/status"), StringComparison.Ordinal);
        Assert.Equal("7 8", House.Exec("sh", "-c", "echo $(id -u) $(id -g)").Text);
        Assert.Equal(
            "5 6 /tmp",
            House.Do("exec", "--user", "5:6", "--cwd", "/tmp", House.Id, "sh", "-c", "echo $(id -u) $(id -g) $PWD").Text
        );
        Assert.Equal(42, House.Exec("sh", "-c", "exit 42").ExitCode);
        using (var numbers = JsonDocument.Parse(House.Do("ps", "--format", "json", House.Id).Text))
        {
            Assert.Equal(House.InitPid, Assert.Single(numbers.RootElement.EnumerateArray()).GetInt32());
        }
        House.Do("delete", House.Id).FailedWith(1, "is not stopped");
        House.Do("kill", House.Id, "KILL").Succeeded();
        House.WaitForStatus("stopped");
        House.Do("delete", House.Id).Succeeded();
        House.Do("state", House.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void Mounts_are_added_to_a_started_container_and_removed()
    {
        using RunningProgram created = House.Create(user.NewMappedBundle().Command("sleep", "1000000"));
        File.WriteAllText($"{user.NewDirectory("source")}/file", "from the host\n");
        string list = House.WriteFile(
            "mounts.json",
            $$"""
            [{"destination":"/data","type":"bind","source":"{{House.Place}}/source","options":["bind","ro"]},
             {"destination":"/scratch","type":"tmpfs","source":"scratch"}]
            """
        );
        House.Do("mounts", "add", House.Id, list).FailedWith(1, "an ordinary user enters a container once it is started");
        House.Do("start", House.Id).Succeeded();
        House.Do("mounts", "add", House.Id, list).Succeeded();
        Assert.Equal("from the host", House.Exec("cat", "/data/file").Text);
        House.Exec("touch", "/data/new").FailedWith(1, "Read-only file system");
        Assert.Equal("0", House.Exec("stat", "-c", "%u", "/scratch").Text);
        House.Do("mounts", "remove", House.Id, list).Succeeded();
        Assert.Equal("", House.Exec("ls", "/data", "/scratch").Text.Replace("/data:\n\n/scratch:", "", StringComparison.Ordinal));
        House.Remove();
    }

    [Fact]
    public void A_terminal_is_the_users_in_run_and_exec()
    {
        TestBundle bundle = user.NewMappedBundle()
            .WithProcess(p =>
                p with
                {
                    Terminal = true,
                    User = new User { Uid = 7, Gid = 8 },
                }
            )
            .Shell("tty; stat -c 'owner %u' $(tty); read word; echo got-$word; exec sleep 1000000");
        bundle.Write();
        using var terminal = new PseudoTerminal(30, 100);
        using RunningProgram run = terminal.Start(House.Program, "--root", House.StateRoot, "run", "-b", bundle.Path, House.Id);
        terminal.WaitFor("owner 7");
        Assert.Contains("/dev/pts/0", terminal.Screen, StringComparison.Ordinal);
        terminal.Type("hello\n");
        terminal.WaitFor("got-hello");
        using var second = new PseudoTerminal(31, 101);
        using RunningProgram exec = second.Start(
            House.Program,
            ["--root", House.StateRoot, "exec", "-t", House.Id, "sh", "-c", "stty size; tty; stat -c 'owner %u' $(tty); echo end"]
        );
        second.WaitFor("end");
        Assert.Contains("31 101", second.Screen, StringComparison.Ordinal);
        Assert.Contains("/dev/pts/1", second.Screen, StringComparison.Ordinal);
        Assert.Contains("owner 7", second.Screen, StringComparison.Ordinal);
        exec.WaitForExit().Succeeded();
        House.Do("kill", House.Id, "KILL").Succeeded();
        run.WaitForExit().EndedWith(137);
    }

    [Fact]
    public void Spec_rootless_writes_what_the_caller_can_run()
    {
        TestBundle bundle = user.NewBundle();
        user.Shell($"{user.Runtime} spec --rootless --bundle {bundle.Path}").Succeeded();
        var spec = RuntimeSpec.Parse(File.ReadAllBytes($"{bundle.Path}/config.json"));
        Assert.Equal([OrdinaryUser.Own], spec.Linux!.UidMappings!);
        Assert.Equal([OrdinaryUser.Own], spec.Linux.GidMappings!);
        Assert.Contains(spec.Linux.Namespaces!, n => n.Type == "user");
        Assert.DoesNotContain(spec.Linux.Namespaces!, n => n.Type == "network");
        Assert.Null(spec.Linux.Resources);
        bundle.With(_ => spec).WithProcess(p => p with { Terminal = false }).Shell("id -u; test -e /sys/class/net/lo; echo $?; touch /x");
        CommandResult result = House.Run(bundle);
        Assert.Equal(["0", "0"], result.Lines);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void State_lies_in_the_runtime_directory_and_has_the_sticky_bit()
    {
        TestBundle bundle = user.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        user.Shell($"cd {bundle.Path} && {user.Runtime} run -d {House.Id} </dev/null >/dev/null 2>&1").Succeeded();
        string root = $"{user.RuntimeDirectory}/conex-runtime";
        Assert.Equal("1700 65533", RunningProgram.Run("stat", ["-c", "%a %u", root]).Text);
        Assert.True(File.Exists($"{root}/{House.Id}/state.json"));
        user.Shell($"{user.Runtime} delete --force {House.Id}").Succeeded();
        Assert.Empty(Directory.GetDirectories(root));
    }

    [Theory]
    [InlineData("unset XDG_RUNTIME_DIR", "an ordinary user's containers are recorded in $XDG_RUNTIME_DIR, which is not set")]
    [InlineData("XDG_RUNTIME_DIR=relative", "which is no absolute path")]
    [InlineData("XDG_RUNTIME_DIR=/nowhere", "XDG_RUNTIME_DIR=/nowhere is no directory")]
    [InlineData("XDG_RUNTIME_DIR=/etc", "XDG_RUNTIME_DIR=/etc belongs to user 0, not to user 65533")]
    public void Without_a_runtime_directory_there_is_one_sentence(string before, string sentence)
    {
        user.Shell($"{before}; {user.Runtime} state x").FailedWith(1, sentence).FailedWith(1, "--root");
        // What needs no state needs no directory.
        Assert.Contains("ociVersionMax", user.Shell($"{before}; {user.Runtime} features").Text, StringComparison.Ordinal);
        user.Shell($"{before}; {user.Runtime} --root {House.StateRoot} list").Succeeded();
    }

    [Fact]
    public void A_program_of_roots_is_executed_as_it_is_and_one_of_the_callers_own_from_a_sealed_copy()
    {
        string own = $"{user.NewDirectory("own")}/conex-runtime";
        Executable.Copy(Product.Runtime, own);
        OrdinaryUser.Chown(own);
        Assert.Equal(user.Runtime, ProgramOfCreated(user.Runtime));
        Assert.StartsWith("/memfd:conex-runtime", ProgramOfCreated(own), StringComparison.Ordinal);
        // Writable by a group of the user's.
        OrdinaryUser.Chmod(user.Runtime, 0x1FD);
        Assert.StartsWith("/memfd:conex-runtime", ProgramOfCreated(user.Runtime), StringComparison.Ordinal);
    }

    /// <summary>What a container could open as /proc/1/exe before its payload runs.</summary>
    private string ProgramOfCreated(string runtime)
    {
        TestBundle bundle = user.NewBundle($"bundle-{Guid.NewGuid():N}");
        bundle.Write();
        user.Shell($"{runtime} --root {House.StateRoot} create -b {bundle.Path} {House.Id} </dev/null >/dev/null 2>&1").Succeeded();
        string program = new FileInfo($"/proc/{House.InitPid}/exe").LinkTarget!;
        House.Remove();
        return program;
    }
}
