using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The six kinds of hooks: when and where they run, what they get, and what their failure means.</summary>
public sealed class HookTests : IDisposable
{
    private static readonly string[] Kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Hooks_run_in_the_order_of_the_specification()
    {
        TestBundle bundle = WithLog(house.NewBundle().Shell("echo payload >>/out/log; sleep 1000000"));
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{Out(kind)}/log")) });
        using RunningProgram created = house.Create(bundle);
        Assert.Equal(["prestart", "createRuntime", "createContainer"], Log());
        house.Do("start", house.Id).Succeeded();
        Eventually.True(() => Log().Length == 6, "payload and poststart ran");
        // The two run side by side.
        Assert.Equal(["payload", "poststart"], Log()[4..].Order(StringComparer.Ordinal));
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        Assert.Equal(6, Log().Length);
        house.Do("delete", house.Id).Succeeded();
        Assert.Equal("poststop", Log()[6]);
    }

    [Fact]
    public void Run_has_the_same_hooks_as_create_start_and_delete()
    {
        TestBundle bundle = WithLog(house.NewBundle().Shell("true"));
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{Out(kind)}/log")) });
        house.Run(bundle).Succeeded();
        Assert.Equal(Kinds, Log());
    }

    [Fact]
    public void A_monitor_has_the_same_hooks()
    {
        TestBundle bundle = WithLog(house.NewBundle().Shell("true"));
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{Out(kind)}/log")) });
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        container.AskForStart();
        Assert.Equal("exited 0 0", container.WaitForLine("exited "));
        container.Monitor.Finish().Succeeded();
        Assert.Equal(Kinds, Log());
    }

    [Fact]
    public void Every_hook_reads_the_state_as_compact_JSON_with_the_number_that_the_host_knows()
    {
        TestBundle bundle = WithLog(house.NewBundle().Shell("sleep 1000000"));
        bundle.With(s =>
            s with
            {
                Hooks = Everywhere(kind => Script($"cat >{Out(kind)}/{kind}")),
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
        TestBundle bundle = WithLog(house.NewBundle().Shell("sleep 1000000").WithProcess(p => p with { Cwd = "/tmp" }));
        const string look = "for n in mnt net pid uts; do readlink /proc/self/ns/$n; done; pwd";
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"({look}) >{Out(kind)}/{kind}")) });
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
        TestBundle bundle = WithLog(house.NewBundle().Shell("true"));
        const string look =
            "cat /proc/self/environ | tr '\\0' '\\n' | grep -v -E '^(PWD|_|SHLVL|OLDPWD)=' | sort; echo $0 $1 $#; for f in /proc/self/fd/*; do echo ${f##*/}; done; umask";
        bundle.With(s =>
            s with
            {
                Hooks = Everywhere(kind => new Hook
                {
                    Path = "/bin/sh",
                    Args = ["sh", "-c", $"({look}) >{Out(kind)}/{kind}", "zero", "one two"],
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
        TestBundle bundle = WithLog(house.NewBundle().Shell("true").Capabilities("CAP_CHOWN"))
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
        TestBundle bundle = WithLog(house.NewBundle().Shell("true"))
            .WithUserNamespace()
            .AddNamespace("uts", "/proc/self/ns/uts")
            .With(s => s with { Hostname = null });
        File.SetUnixFileMode($"{house.Place}/out", (UnixFileMode)0x1FF);
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"id -u >{Out(kind)}/{kind}")) });
        house.Run(bundle).Succeeded();
        Assert.All(Kinds, kind => Assert.Equal("0\n", File.ReadAllText($"{house.Place}/out/{kind}")));
    }

    [Theory]
    [InlineData("prestart", "create")]
    [InlineData("createRuntime", "create")]
    [InlineData("createContainer", "create")]
    [InlineData("prestart", "run")]
    [InlineData("createContainer", "run")]
    [InlineData("startContainer", "run")]
    [InlineData("poststart", "run")]
    public void A_failing_hook_ends_and_removes_the_container(string kind, string command)
    {
        TestBundle bundle = WithLog(house.NewBundle().Command("sleep", "1000000"));
        bundle.With(s =>
            s with
            {
                Hooks = Only(kind, Script("true"), Script("echo no such device >&2; exit 3")) with
                {
                    Poststop = [Script($"echo poststop >>{Out("poststop")}/log")],
                },
            }
        );
        bundle.Write();
        house
            .Do(command, "-b", bundle.Path, house.Id)
            .FailedWith(1, $"error running {kind} hook #1 (/bin/sh): exit status 3, stderr: no such device");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
        Assert.Equal(["poststop"], Log());
    }

    [Theory]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_failing_hook_at_start_ends_and_removes_the_container(string kind)
    {
        TestBundle bundle = WithLog(house.NewBundle().Command("sleep", "1000000"));
        bundle.With(s =>
            s with
            {
                Hooks = Only(kind, Script("kill -SEGV $$")) with { Poststop = [Script($"echo poststop >>{Out("poststop")}/log")] },
            }
        );
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).FailedWith(1, $"error running {kind} hook #0 (/bin/sh): killed by SIGSEGV");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
        Assert.Equal(["poststop"], Log());
    }

    [Fact]
    public void A_container_whose_start_fails_without_a_hooks_fault_stays_until_it_is_deleted()
    {
        TestBundle bundle = WithLog(house.NewBundle().Command("dir")).WithProcess(p => p with { Env = ["PATH=/usr"] });
        Directory.CreateDirectory($"{bundle.Rootfs}/usr/dir");
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{Out(kind)}/log")) });
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).FailedWith(1, "exec: \"dir\": ");
        house.WaitForStatus("stopped");
        Assert.Equal(Kinds[..4], Log());
        house.Do("delete", house.Id).Succeeded();
        Assert.Equal([.. Kinds[..4], "poststop"], Log());
    }

    [Fact]
    public void A_failing_poststart_hook_ends_a_container_under_a_monitor()
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.With(s => s with { Hooks = Only("poststart", Script("exit 4")) });
        using var container = new MonitoredContainer(house, bundle).WaitForListening();
        container.AskForStart();
        Assert.Contains(
            "error running poststart hook #0 (/bin/sh): exit status 4",
            container.WaitForLine("failed "),
            StringComparison.Ordinal
        );
        container.Monitor.WaitForExit();
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Theory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    public void A_hook_that_is_missing_is_named(string kind)
    {
        TestBundle bundle = house.NewBundle().With(s => s with { Hooks = Only(kind, new Hook { Path = "/no/such/hook" }) });
        house.Run(bundle).FailedWith(1, $"error running {kind} hook #0 (/no/such/hook): no such file or directory (ENOENT)");
    }

    [Fact]
    public void A_failing_poststop_hook_is_a_warning_and_the_others_run()
    {
        TestBundle bundle = WithLog(house.NewBundle().Shell("exit 7"));
        bundle.With(s => s with { Hooks = new Hooks { Poststop = [Script("exit 1"), Script($"echo second >>{house.Place}/out/log")] } });
        CommandResult result = house.Run(bundle).EndedWith(7);
        Assert.Contains("warning: error running poststop hook #0 (/bin/sh): exit status 1", result.Error, StringComparison.Ordinal);
        Assert.Equal(["second"], Log());
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_hook_that_sleeps_past_its_timeout_is_killed_with_what_it_started(string kind)
    {
        Hook hook = Script($"echo began >&2; sleep 1000003; true") with { Timeout = 1, Env = ["PATH=/usr/bin:/bin", $"HOOK={house.Name}"] };
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000").With(s => s with { Hooks = Only(kind, hook) });
        house.Run(bundle).FailedWith(1, $"error running {kind} hook #0 (/bin/sh): it ran longer than its timeout and was killed");
    }

    [Fact]
    public void A_hook_without_a_PID_namespace_ends_with_its_container()
    {
        Hook hook = Script("sleep 1000003; true") with { Timeout = 1, Env = ["PATH=/usr/bin:/bin", $"HOOK={house.Name}"] };
        TestBundle bundle = house.NewBundle().WithoutNamespace("pid").With(s => s with { Hooks = Only("createContainer", hook) });
        house.Run(bundle).FailedWith(1, "ran longer than its timeout");
    }

    [Theory]
    [InlineData("createRuntime", "create", "the runtime got SIGTERM")]
    [InlineData("createContainer", "create", "the runtime got SIGTERM")]
    [InlineData("startContainer", "run", "the runtime got SIGTERM")]
    [InlineData("poststart", "run", "the runtime got SIGTERM")]
    public void A_signal_to_the_runtime_ends_a_hook_that_waits_for_ever(string kind, string command, string phrase)
    {
        TestBundle bundle = WithLog(house.NewBundle().Command("sleep", "1000000"));
        Hook hook = Script($"echo began >{Out(kind)}/began; sleep 1000003; true") with
        {
            Env = ["PATH=/usr/bin:/bin", $"HOOK={house.Name}"],
        };
        bundle.With(s => s with { Hooks = Only(kind, hook) });
        bundle.Write();
        using RunningProgram program = house.Begin(command, "-b", bundle.Path, house.Id);
        Eventually.True(() => File.Exists($"{house.Place}/out/began"), "the hook has begun");
        program.Signal(Signal.SIGTERM);
        program.Finish().FailedWith(1, phrase);
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void A_signal_to_start_ends_a_startContainer_hook_that_waits_for_ever()
    {
        TestBundle bundle = WithLog(house.NewBundle().Command("sleep", "1000000"));
        Hook hook = Script("echo began >/out/began; sleep 1000003; true") with { Env = ["PATH=/bin", $"HOOK={house.Name}"] };
        bundle.With(s => s with { Hooks = Only("startContainer", hook) });
        using RunningProgram created = house.Create(bundle);
        using RunningProgram start = house.Begin("start", house.Id);
        Eventually.True(() => File.Exists($"{house.Place}/out/began"), "the hook has begun");
        start.Signal(Signal.SIGINT);
        start.Finish().FailedWith(1, "the runtime got SIGINT");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void Signals_are_forwarded_to_a_container_that_had_hooks()
    {
        TestBundle bundle = WithLog(house.NewBundle().Shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"));
        Hook[] hooks = [Script("true")];
        bundle.With(s =>
            s with
            {
                Hooks = new Hooks { Prestart = hooks, StartContainer = hooks },
            }
        );
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        run.Signal(Signal.SIGTERM);
        Assert.Equal(9, run.Finish().ExitCode);
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
        TestBundle bundle = WithLog(house.NewBundle().Shell("true"));
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

    private static Hook Script(string script) =>
        new()
        {
            Path = "/bin/sh",
            Args = ["sh", "-c", script],
            Env = ["PATH=/usr/bin:/bin"],
        };

    private static Hooks Only(string kind, params Hook[] hooks) =>
        kind switch
        {
            "prestart" => new Hooks { Prestart = hooks },
            "createRuntime" => new Hooks { CreateRuntime = hooks },
            "createContainer" => new Hooks { CreateContainer = hooks },
            "startContainer" => new Hooks { StartContainer = hooks },
            "poststart" => new Hooks { Poststart = hooks },
            _ => new Hooks { Poststop = hooks },
        };

    private static Hooks Everywhere(Func<string, Hook> make) =>
        new()
        {
            Prestart = [make("prestart")],
            CreateRuntime = [make("createRuntime")],
            CreateContainer = [make("createContainer")],
            StartContainer = [make("startContainer")],
            Poststart = [make("poststart")],
            Poststop = [make("poststop")],
        };

    private TestBundle WithLog(TestBundle bundle)
    {
        Directory.CreateDirectory($"{house.Place}/out");
        Directory.CreateDirectory($"{bundle.Rootfs}/out");
        return bundle.Mount("/out", "bind", $"{house.Place}/out", "rbind", "rw");
    }

    /// <summary>The directory of the logs as a hook sees it.</summary>
    private string Out(string kind) => kind == "startContainer" ? "/out" : $"{house.Place}/out";

    private string[] Log() => File.Exists($"{house.Place}/out/log") ? File.ReadAllLines($"{house.Place}/out/log") : [];
}
