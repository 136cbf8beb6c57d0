using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;
using static Conex.EndToEnd.Tests.Runtime.HookScripts;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The six kinds of hooks: when and where they run, and what they get.</summary>
public sealed class HookTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Hooks_run_in_the_order_of_the_specification()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("echo payload >>/out/log; sleep 1000000"));
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{house.HookOutput(kind)}/log")) });
        using RunningProgram created = house.Create(bundle);
        Assert.Equal(["prestart", "createRuntime", "createContainer"], house.HookLog());
        house.Do("start", house.Id).Succeeded();
        Eventually.True(() => house.HookLog().Length == 6, "payload and poststart ran");
        // The two run side by side.
        Assert.Equal(["payload", "poststart"], house.HookLog()[4..].Order(StringComparer.Ordinal));
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        Assert.Equal(6, house.HookLog().Length);
        house.Do("delete", house.Id).Succeeded();
        Assert.Equal("poststop", house.HookLog()[6]);
    }

    [Fact]
    public void Run_has_the_same_hooks_as_create_start_and_delete()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("true"));
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{house.HookOutput(kind)}/log")) });
        house.Run(bundle).Succeeded();
        Assert.Equal(Kinds, house.HookLog());
    }

    [Fact]
    public void A_hook_that_does_not_read_and_writes_more_than_a_pipe_takes_holds_nobody_up()
    {
        const int more = 300_000;
        TestBundle bundle = house.NewBundle();
        bundle.With(s =>
            s with
            {
                Hooks = Everywhere(_ => Script($"head -c {more} /dev/zero; head -c {more} /dev/zero >&2")),
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.example/large"] = new string('x', more) },
            }
        );
        house.Run(bundle).Succeeded();
    }

    [Fact]
    public void A_monitor_has_the_same_hooks()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("true"));
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{house.HookOutput(kind)}/log")) });
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        container.AskForStart();
        Assert.Equal("exited 0 0", container.WaitForLine("exited "));
        container.Monitor.Finish().Succeeded();
        Assert.Equal(Kinds, house.HookLog());
    }

    [Fact]
    public void Every_hook_reads_the_state_as_compact_JSON_with_the_number_that_the_host_knows()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("sleep 1000000"));
        bundle.With(s =>
            s with
            {
                Hooks = Everywhere(kind => Script($"cat >{house.HookOutput(kind)}/{kind}")),
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.example/a"] = "b/c" },
            }
        );
        using RunningProgram created = house.Create(bundle);
        int pid = house.InitPid;
        house.Do("start", house.Id).Succeeded();
        house.Remove();
        foreach (string kind in Kinds)
        {
            string status = kind switch
            {
                "startContainer" => "created",
                "poststart" => "running",
                "poststop" => "stopped",
                _ => "creating",
            };
            int known = kind == "poststop" ? 0 : pid;
            Assert.Equal(
                $$$"""{"ociVersion":"1.2.0","id":"{{{house.Id}}}","status":"{{{status}}}","pid":{{{known}}},"bundle":"{{{bundle.Path}}}","annotations":{"org.example/a":"b/c"}}""",
                File.ReadAllText($"{house.Place}/out/{kind}")
            );
        }
    }

    [Fact]
    public void Hooks_run_in_the_namespaces_and_directories_of_the_specification()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("sleep 1000000").WithProcess(p => p with { Cwd = "/tmp" }));
        const string look = "for n in mnt net pid uts; do readlink /proc/self/ns/$n; done; pwd";
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"({look}) >{house.HookOutput(kind)}/{kind}")) });
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).Succeeded();
        string[] outside = [.. Namespaces("self")];
        string[] inside = [.. Namespaces(RuntimeHouse.Text(house.InitPid))];
        house.Remove();
        foreach (string kind in (string[])["prestart", "createRuntime", "poststart", "poststop"])
        {
            Assert.Equal([.. outside, bundle.Path], File.ReadAllLines($"{house.Place}/out/{kind}"));
        }
        // Still in the host's tree, where the container's own lies on the bundle's rootfs.
        Assert.Equal([.. inside, bundle.Rootfs], File.ReadAllLines($"{house.Place}/out/createContainer"));
        Assert.Equal([.. inside, "/tmp"], File.ReadAllLines($"{house.Place}/out/startContainer"));

        static IEnumerable<string> Namespaces(string pid) =>
            ((string[])["mnt", "net", "pid", "uts"]).Select(n =>
                Path.GetFileName(File.ResolveLinkTarget($"/proc/{pid}/ns/{n}", returnFinalTarget: false)!.FullName)
            );
    }

    [Fact]
    public void A_hook_before_the_pivot_can_mount_into_the_container()
    {
        string file = house.WriteFile("mounted", "by a hook\n");
        TestBundle bundle = house.NewBundle().Shell("cat /tmp/mounted");
        File.WriteAllText($"{bundle.Rootfs}/tmp/mounted", "");
        bundle.With(s => s with { Hooks = new Hooks { CreateContainer = [Script($"mount --bind {file} tmp/mounted")] } });
        Assert.Equal("by a hook", house.Run(bundle).Text);
    }

    [Fact]
    public void Hooks_get_their_arguments_and_environment_and_nothing_else()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("true"));
        const string look =
            "cat /proc/self/environ | tr '\\0' '\\n' | grep -v -E '^(PWD|_|SHLVL|OLDPWD)=' | sort; echo $0 $1 $#; for f in /proc/self/fd/*; do echo ${f##*/}; done; umask";
        bundle.With(s =>
            s with
            {
                Hooks = Everywhere(kind => new Hook
                {
                    Path = "/bin/sh",
                    Args = ["sh", "-c", $"({look}) >{house.HookOutput(kind)}/{kind}", "zero", "one two"],
                    Env = ["PATH=/usr/bin:/bin", "A=1", "B=x y"],
                }),
            }
        );
        bundle.Write();
        CommandResult run = RunningProgram.Run(
            Product.OfMachine("bash", "bash"),
            ["-c", $"exec 5</etc/passwd 9</; exec {house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}"]
        );
        run.Succeeded();
        foreach (string kind in Kinds)
        {
            string[] lines = File.ReadAllLines($"{house.Place}/out/{kind}");
            // Descriptor 3 is the shell's, of the directory that it lists.
            Assert.Equal(
                ["A=1", "B=x y", "PATH=/usr/bin:/bin", "zero one two 1", "0", "1", "2", "3", "0022"],
                lines.Where(l => int.TryParse(l, out int fd) is false || fd < 10 || l == "0022")
            );
        }
    }

    [Fact]
    public void A_startContainer_hook_is_as_confined_as_the_payload()
    {
        TestBundle bundle = house
            .WithHookLog(house.NewBundle().Shell("true").Capabilities("CAP_CHOWN"))
            .WithProcess(p =>
                p with
                {
                    User = new User { Uid = 1000, Gid = 1000 },
                }
            )
            .WithLinux(l => l with { Seccomp = SeccompTests.Forbid("mkdir") });
        File.SetUnixFileMode($"{house.Place}/out", (UnixFileMode)0x1FF);
        Hook hook = Script("(id -u; grep -E 'CapPrm|NoNewPrivs|Seccomp:' /proc/self/status; mkdir /tmp/x 2>&1) >/out/look; true");
        bundle.With(s => s with { Hooks = new Hooks { StartContainer = [hook] } });
        house.Run(bundle).Succeeded();
        string[] lines = File.ReadAllLines($"{house.Place}/out/look");
        Assert.Equal(["1000", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"], lines[..4]);
        Assert.Contains("Operation not permitted", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Hooks_work_in_a_user_namespace_and_in_joined_ones()
    {
        TestBundle bundle = house
            .WithHookLog(house.NewBundle().Shell("true"))
            .WithUserNamespace()
            .AddNamespace("uts", "/proc/self/ns/uts")
            .With(s => s with { Hostname = null });
        File.SetUnixFileMode($"{house.Place}/out", (UnixFileMode)0x1FF);
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"id -u >{house.HookOutput(kind)}/{kind}")) });
        house.Run(bundle).Succeeded();
        Assert.All(Kinds, kind => Assert.Equal("0\n", File.ReadAllText($"{house.Place}/out/{kind}")));
    }

    [Fact]
    public void What_a_hook_starts_and_leaves_behind_hinders_nobody()
    {
        Hook hook = Script("sleep 2 & exit 0") with { Env = ["PATH=/usr/bin:/bin", $"HOOK={house.Name}"] };
        TestBundle bundle = house.NewBundle().Shell("echo ran").With(s => s with { Hooks = Only("createRuntime", hook) });
        Assert.Equal("ran", house.Run(bundle).Text);
    }

    [Fact]
    public void Annotations_name_files_for_what_hooks_write()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("true"));
        bundle.With(s =>
            s with
            {
                Hooks = Everywhere(kind => Script($"echo {kind}; echo {kind} failed >&2")),
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["run.oci.hooks.stdout"] = $"{house.Place}/out/stdout",
                    ["run.oci.hooks.stderr"] = $"{house.Place}/out/stderr",
                },
            }
        );
        house.Run(bundle).Succeeded();
        Assert.Equal(Kinds, File.ReadAllLines($"{house.Place}/out/stdout"));
        Assert.Equal(Kinds.Select(k => $"{k} failed"), File.ReadAllLines($"{house.Place}/out/stderr"));
    }

    [Fact]
    public void A_hook_that_writes_much_more_than_a_pipe_holds_does_not_hang()
    {
        Hook hook = Script("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero; echo the end >&2; exit 1");
        foreach (string kind in (string[])["createRuntime", "createContainer"])
        {
            CommandResult result = house.Run(house.NewBundle(kind).With(s => s with { Hooks = Only(kind, hook) })).EndedWith(1);
            Assert.EndsWith("the end\n", result.Error, StringComparison.Ordinal);
        }
    }
}
