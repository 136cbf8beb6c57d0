using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using static Conex.EndToEnd.Tests.Runtime.HookScripts;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What the failure of a hook means, its timeout, and a signal while it runs.</summary>
public sealed class HookFailureTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

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
        TestBundle bundle = house.WithHookLog(house.NewBundle().Command("sleep", "1000000"));
        bundle.With(s =>
            s with
            {
                Hooks = Only(kind, Script("true"), Script("echo no such device >&2; exit 3")) with
                {
                    Poststop = [Script($"echo poststop >>{house.HookOutput("poststop")}/log")],
                },
            }
        );
        bundle.Write();
        house
            .Do(command, "-b", bundle.Path, house.Id)
            .FailedWith(1, $"error running {kind} hook #1 (/bin/sh): exit status 3, stderr: no such device");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
        Assert.Equal(["poststop"], house.HookLog());
    }

    [Theory]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void A_failing_hook_at_start_ends_and_removes_the_container(string kind)
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Command("sleep", "1000000"));
        bundle.With(s =>
            s with
            {
                Hooks = Only(kind, Script("kill -SEGV $$")) with
                {
                    Poststop = [Script($"echo poststop >>{house.HookOutput("poststop")}/log")],
                },
            }
        );
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).FailedWith(1, $"error running {kind} hook #0 (/bin/sh): killed by SIGSEGV");
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
        Assert.Equal(["poststop"], house.HookLog());
    }

    [Fact]
    public void A_container_whose_start_fails_without_a_hooks_fault_stays_until_it_is_deleted()
    {
        TestBundle bundle = house.WithHookLog(house.NewBundle().Command("dir")).WithProcess(p => p with { Env = ["PATH=/usr"] });
        Directory.CreateDirectory($"{bundle.Rootfs}/usr/dir");
        bundle.With(s => s with { Hooks = Everywhere(kind => Script($"echo {kind} >>{house.HookOutput(kind)}/log")) });
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).FailedWith(1, "exec: \"dir\": ");
        house.WaitForStatus("stopped");
        Assert.Equal(Kinds[..4], house.HookLog());
        house.Do("delete", house.Id).Succeeded();
        Assert.Equal([.. Kinds[..4], "poststop"], house.HookLog());
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
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("exit 7"));
        bundle.With(s => s with { Hooks = new Hooks { Poststop = [Script("exit 1"), Script($"echo second >>{house.Place}/out/log")] } });
        CommandResult result = house.Run(bundle).EndedWith(7);
        Assert.Contains("warning: error running poststop hook #0 (/bin/sh): exit status 1", result.Error, StringComparison.Ordinal);
        Assert.Equal(["second"], house.HookLog());
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
        TestBundle bundle = house.WithHookLog(house.NewBundle().Command("sleep", "1000000"));
        Hook hook = Script($"echo began >{house.HookOutput(kind)}/began; sleep 1000003; true") with
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
        TestBundle bundle = house.WithHookLog(house.NewBundle().Command("sleep", "1000000"));
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
        TestBundle bundle = house.WithHookLog(house.NewBundle().Shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"));
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
}
