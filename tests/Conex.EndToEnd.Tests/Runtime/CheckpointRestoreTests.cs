using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What is around a restored container's processes: streams, terminal, mounts, limits, namespaces, hooks.</summary>
public sealed class CheckpointRestoreTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_restore_in_the_foreground_ends_with_the_containers_code()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.Run(bundle.Shell("trap 'echo got it; exit 42' USR1; echo ready; while :; do sleep 0.02; done"));
        run.WaitForOutput("ready");
        house.Checkpoint().Succeeded();

        using RunningProgram restore = house.BeginRestore(bundle, "-no-subreaper", "--pid-file", $"{Plain.Place}/pid");
        _ = RuntimeHouse.WaitForPid($"{Plain.Place}/pid");
        restore.Signal(Signal.SIGUSR1);
        Assert.Equal("got it\n", restore.Finish().EndedWith(42).Output);
        Assert.Empty(Plain.Leaks.Find());
    }

    [Fact]
    public void Standard_streams_that_are_no_pipes_are_replaced_too()
    {
        TestBundle bundle = Plain.NewBundle().Shell(CheckpointHouse.Counter);
        bundle.Write();
        string log = $"{Plain.Place}/log";
        // criu takes a file that is as long as the one before was.
        string Command(string verb) =>
            $"exec {Product.Runtime} --root {Plain.StateRoot} {verb} --detach --bundle {bundle.Path} {Plain.Id} </dev/null >>{log} 2>&1";
        RunningProgram.Run("sh", ["-c", Command("run")]).Succeeded();
        Eventually.True(() => LeakCheck.Read(log).Contains("\n5\n", StringComparison.Ordinal), "the container counts");
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        RunningProgram.Run("sh", ["-c", Command($"restore --image-path {house.Images}")], Criu.AddTo).Succeeded();
        Eventually.True(() => LeakCheck.Read(log).Contains($"\n{last + 5}\n", StringComparison.Ordinal), "the restored container counts");
        Assert.Equal(Enumerable.Range(1, last + 5).Select(n => $"{n}"), LeakCheck.Read(log).Split('\n').Take(last + 5));
        Plain.Remove();
    }

    [Fact]
    public void A_terminal_comes_by_the_console_socket()
    {
        using var receiver = new ConsoleReceiver($"{Plain.Place}/console.sock");
        TestBundle bundle = Terminal("stty -echo; echo ready; while read -r line; do echo \"got $line\"; done");
        using RunningProgram run = house.Run(bundle, "--console-socket", receiver.Path);
        using (PseudoTerminal terminal = receiver.Receive())
        {
            terminal.WaitFor("ready");
            terminal.Type("one\n");
            terminal.WaitFor("got one");
            house.Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id).EndedWith(1);
            house.Checkpoint().Succeeded();
        }

        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id)
            .FailedWith(1, "cannot allocate tty if runc will detach without setting console socket");
        using RunningProgram restored = house.Restore(bundle, "--console-socket", receiver.Path);
        using PseudoTerminal again = receiver.Receive();
        Assert.Contains("pts", receiver.Name, StringComparison.Ordinal);
        again.Type("two\n");
        again.WaitFor("got two");
        again.Resize(40, 120);
        Assert.Contains("40 120", Plain.Exec("sh", "-c", "stty size </dev/console").Text, StringComparison.Ordinal);
        Plain.Remove();
    }

    [Fact]
    public void A_terminal_is_relayed_in_the_foreground()
    {
        using var receiver = new ConsoleReceiver($"{Plain.Place}/console.sock");
        TestBundle bundle = Terminal("echo ready; read -r line; echo \"got $line\"; exit 7");
        using RunningProgram run = house.Run(bundle, "--console-socket", receiver.Path);
        using (PseudoTerminal terminal = receiver.Receive())
        {
            terminal.WaitFor("ready");
            house.Checkpoint().Succeeded();
        }

        using RunningProgram restored = house.BeginRestore(bundle);
        restored.Send("typed\n");
        restored.WaitForOutput("got typed");
        restored.WaitForExit().EndedWith(7);
    }

    [Fact]
    public void Binds_limits_and_protection_are_there_again()
    {
        string inner = $"{Plain.Place}/shared/inner";
        Directory.CreateDirectory(inner);
        File.WriteAllText($"{Plain.Place}/shared/file", "shared");
        File.WriteAllText($"{Plain.Place}/single", "one file");
        TestBundle bundle = Plain
            .NewBundle()
            .Mount("/shared", "bind", $"{Plain.Place}/shared", "rbind", "ro")
            .Mount("/etc/single", "bind", $"{Plain.Place}/single", "bind")
            .Mount("/scratch", "tmpfs", "tmpfs", "size=4m")
            .WithResources(
                new LinuxResources
                {
                    Memory = new LinuxMemory { Limit = 64 << 20 },
                    Pids = new LinuxPids { Limit = 50 },
                    Devices = [new LinuxDeviceRule { Allow = false, Access = "rwm" }],
                }
            );
        using RunningProgram run = house.RunCounter(bundle);
        Plain.Exec("sh", "-c", "echo kept >/scratch/file").Succeeded();
        const string look =
            "cat /shared/file /etc/single; cat /scratch/file; echo x 2>/dev/null >/shared/x || echo read-only; head -c 1 /proc/keys | wc -c;"
            + "echo 1 2>/dev/null >/proc/sys/kernel/panic || echo protected; ls /sys/firmware | wc -l; test -c /dev/null && echo device;"
            + "grep -E 'CapEff|NoNewPrivs' /proc/1/status";
        string before = Plain.Exec("sh", "-c", look).Text;
        Assert.Contains("kept\nread-only\n0\nprotected\n0\ndevice", before, StringComparison.Ordinal);
        string[] limits = Limits();
        Assert.Equal([$"{64 << 20}", "50"], limits);

        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);
        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Assert.Equal(before, Plain.Exec("sh", "-c", look).Text);
        Assert.Equal(limits, Limits());
        Plain.Do("pause", house.Id).Succeeded();
        Assert.Equal("paused", Plain.Status());
        Plain.Do("resume", house.Id).Succeeded();
        Plain.Do("update", "--pids-limit", "60", house.Id).Succeeded();
        Assert.Equal("60", Limits()[1]);
        Plain.Remove();
    }

    [Fact]
    public void A_fresh_root_file_system_gets_its_mount_points()
    {
        Directory.CreateDirectory($"{Plain.Place}/shared/deep");
        File.WriteAllText($"{Plain.Place}/shared/deep/file", "shared");
        TestBundle Make(string name) =>
            Plain
                .NewBundle(name)
                .Mount("/new/place", "bind", $"{Plain.Place}/shared", "bind")
                .Mount("/new/place/inside", "tmpfs", "tmpfs")
                .Command("sh", "-c", "cd /tmp; echo ready; while ! test -e /tmp/stop; do sleep 0.02; done; cat /new/place/deep/file");
        using RunningProgram run = house.Run(Make("bundle"));
        run.WaitForOutput("ready");
        house.Checkpoint().Succeeded();

        TestBundle fresh = Make("fresh");
        fresh.Write();
        using RunningProgram restored = house.BeginRestore(fresh);
        Eventually.True(() => Directory.Exists($"{fresh.Rootfs}/new/place"), "the mount point is made");
        File.WriteAllText($"{fresh.Rootfs}/tmp/stop", "");
        Assert.Equal("shared", restored.Finish().Text);
    }

    [Fact]
    public void Hooks_learn_of_the_restored_process_and_of_the_end()
    {
        TestBundle bundle = Plain.NewBundle();
        Hook Note(string name) =>
            new()
            {
                Path = "/bin/sh",
                Args = ["sh", "-c", $"(echo {name}; cat) | tr '\\n' ' ' >>{Plain.Place}/hooks; echo >>{Plain.Place}/hooks"],
            };
        bundle.With(s =>
            s with
            {
                Hooks = new Hooks
                {
                    Prestart = [Note("prestart")],
                    CreateRuntime = [Note("createRuntime")],
                    Poststart = [Note("poststart")],
                    Poststop = [Note("poststop")],
                },
            }
        );
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        Assert.Equal(["prestart", "createRuntime", "poststart", "poststop"], Hooks().Select(h => h.Split(' ')[0]));
        File.Delete($"{Plain.Place}/hooks");

        using RunningProgram restored = house.Restore(bundle);
        string[] hooks = Hooks();
        Assert.Equal(["prestart", "createRuntime"], hooks.Select(h => h.Split(' ')[0]));
        Assert.All(hooks, h => Assert.Contains($"\"pid\":{Plain.InitPid}", h, StringComparison.Ordinal));
        Plain.Remove();
        Assert.StartsWith("poststop", Hooks()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_hook_that_fails_ends_the_restore_and_leaves_nothing()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        bundle.With(s => s with { Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/false" }] } }).Write();

        CommandResult result = house.Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id);
        result.FailedWith(1, "error running createRuntime hook #0 (/bin/false): exit status 1");
        Assert.Empty(Plain.Leaks.Find());
        Assert.Contains("does not exist", Plain.Do("state", house.Id).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restore_that_fails_leaves_nothing_and_quotes_criu()
    {
        TestBundle bundle = Plain.NewBundle().Mount("/extra", "bind", Plain.Place, "bind");
        using RunningProgram run = house.RunCounter(bundle);
        string[] restore = ["restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id];
        house.Do(restore).EndedWith(1);
        house.Checkpoint().Succeeded();
        bundle.WithoutMount("/extra").Write();

        CommandResult result = house.Do(restore).FailedWith(1, $"restore of container {house.Id} failed: ");
        Assert.Contains("No mapping for", result.Error, StringComparison.Ordinal);
        Assert.Contains($"(criu's log is {house.Images}/restore.log)", result.Error, StringComparison.Ordinal);
        Assert.Empty(Plain.Leaks.Find());
        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", $"{Plain.Place}/bundle", house.Id)
            .FailedWith(1, "holds no checkpoint of a container: descriptors.json is missing");
        Assert.DoesNotContain($"{Plain.StateRoot}/{house.Id}", Directory.GetFileSystemEntries(Plain.StateRoot));
    }

    [Fact]
    public void Namespaces_that_were_joined_are_joined_again()
    {
        // Whose namespaces they are.
        using RunningProgram holder = RunningProgram.Start(
            "unshare",
            ["--net", "--uts", "--ipc", "sh", "-c", "hostname held; echo held; exec cat"]
        );
        holder.WaitForOutput("held");
        TestBundle bundle = Plain
            .NewBundle()
            .With(s => s with { Hostname = null })
            .AddNamespace("network", $"/proc/{holder.Pid}/ns/net")
            .AddNamespace("uts", $"/proc/{holder.Pid}/ns/uts")
            .AddNamespace("ipc", $"/proc/{holder.Pid}/ns/ipc")
            .WithoutMount("/dev/mqueue");
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        foreach (string type in (string[])["net", "uts", "ipc"])
        {
            Assert.Equal(Namespace(holder.Pid, type), Namespace(Plain.InitPid, type));
        }
        Assert.Equal("held", Plain.Exec("hostname").Text);
        Plain.Remove();
        holder.Input.Close();
        holder.WaitForExit();
        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id)
            .FailedWith(1, "it does not exist, and the container is to be restored into it");
    }

    [Fact]
    public void A_container_that_sees_its_cgroups_by_binds_comes_back()
    {
        TestBundle bundle = Plain.NewBundle().WithoutNamespace("cgroup");
        using RunningProgram run = house.RunCounter(bundle);
        string before = Plain.Exec("sh", "-c", "ls /sys/fs/cgroup; ls /sys/fs/cgroup/* | wc -l").Text;
        house.Checkpoint().Succeeded();
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Assert.Equal(before, Plain.Exec("sh", "-c", "ls /sys/fs/cgroup; ls /sys/fs/cgroup/* | wc -l").Text);
        Plain.Remove();
    }

    [Fact]
    public void A_container_in_a_user_namespace_of_its_own_comes_back()
    {
        TestBundle bundle = Plain
            .NewBundle()
            .WithUserNamespace()
            .Mount("/var", "tmpfs", "tmpfs")
            .Shell("echo kept >/var/file; i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done");
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("\n5\n");
        const string look = "id -u; cat /proc/self/uid_map /proc/self/gid_map /var/file; ls -ln /dev/null /var/file | cut -c1-30";
        string before = Plain.Exec("sh", "-c", look).Text;
        house.Checkpoint().Succeeded();
        run.Finish();
        int last = int.Parse(run.Output.TrimEnd().Split('\n')[^1]);

        using RunningProgram restored = house.Restore(bundle);
        restored.WaitForOutput($"\n{last + 5}\n");
        Assert.StartsWith($"{last + 1}\n", restored.Output, StringComparison.Ordinal);
        Assert.Equal(before, Plain.Exec("sh", "-c", look).Text);
        Assert.Contains("100000", File.ReadAllText($"/proc/{Plain.InitPid}/uid_map"), StringComparison.Ordinal);
        Plain.Remove();

        // The images are root's and its group's alone, and have to be the group's.
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal(owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute, File.GetUnixFileMode(house.Images));
        File.SetUnixFileMode(house.Images, owner);
        house
            .Do("restore", "--detach", "--bundle", bundle.Path, "--image-path", house.Images, house.Id)
            .FailedWith(1, $"{house.Images} must be open to group root, by which criu reads it in a new user namespace");
    }

    private TestBundle Terminal(string script) => Plain.NewBundle().WithProcess(p => p with { Terminal = true }).Shell(script);

    private string[] Hooks() => File.ReadAllLines($"{Plain.Place}/hooks");

    private static string? Namespace(int pid, string type) => File.ResolveLinkTarget($"/proc/{pid}/ns/{type}", false)?.Name;

    private string[] Limits()
    {
        string directory(string controller) => $"{Machine.CgroupMount(controller)}/conex/{house.Id}";
        return Machine.HasUnifiedCgroups
            ? [File.ReadAllText($"{directory("memory")}/memory.max").Trim(), File.ReadAllText($"{directory("pids")}/pids.max").Trim()]
            :
            [
                File.ReadAllText($"{directory("memory")}/memory.limit_in_bytes").Trim(),
                File.ReadAllText($"{directory("pids")}/pids.max").Trim(),
            ];
    }
}
