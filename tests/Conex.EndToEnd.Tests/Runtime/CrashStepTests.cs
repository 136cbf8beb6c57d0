using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The runtime is killed at each of its named steps; <c>delete --force</c> then leaves nothing, and the ID is free again. The steps
/// are read from the source, so that a new one fails here until something visits it.</summary>
public sealed class CrashStepTests : IDisposable
{
    private const int Killed = 137;

    private readonly RuntimeHouse house = new() { Program = Product.CrashRuntime };

    public void Dispose() => house.Dispose();

    public static TheoryData<string> Steps() =>
        [
            .. ((string[])["Conex.Runtime", "conex-runtime"])
                .SelectMany(Repository.Sources)
                .SelectMany(f => Regex.Matches(File.ReadAllText(f), "CrashStep\\.At\\(\"([^\"]+)\"\\)"))
                .Select(m => m.Groups[1].Value)
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Killed_at_a_step_the_runtime_leaves_nothing_that_delete_cannot_remove(string step)
    {
        List<string> visited = [];
        foreach ((string name, Func<string, CommandResult> operation) in Operations(step))
        {
            if (operation(step).ExitCode == Killed)
            {
                visited.Add(name);
            }
            // Whatever state it is in, it can be asked for and listed.
            Assert.True(house.Do("state", house.Id).ExitCode is 0 or 1);
            house.Do("list").Succeeded();
            house.Remove();
            Assert.Empty(house.Leaks.Find());
            Assert.Equal("again", house.Run(house.NewBundle($"again-{name}").Shell("echo again")).Text);
        }
        Assert.True(visited.Count > 0, $"nothing was killed at {step}: let an operation of this test pass it");
    }

    [Theory]
    [InlineData("runtime.create.cloned")]
    [InlineData("runtime.create.process-recorded")]
    public void A_process_that_waits_for_its_starter_ends_with_it(string step)
    {
        Assert.Equal(Killed, Create(step).ExitCode);
        bool ended = Eventually.Becomes(() => !house.Leaks.ProcessNumbers().Any(), TimeSpan.FromSeconds(20));
        house.Remove();
        Assert.True(ended, "the process waits for ever");
    }

    [Fact]
    public void What_was_attached_before_the_kill_can_be_removed()
    {
        Assert.Equal(Killed, Mounts("runtime.mounts.recorded#2", "add").ExitCode);
        string one = house.WriteFile("one.json", """[{"destination":"/one"}]""");
        string two = house.WriteFile("two.json", """[{"destination":"/two"}]""");
        Assert.Equal("1", house.Exec("grep", "-c", " /one ", "/proc/mounts").Text);
        house.Do("mounts", "remove", house.Id, one).Succeeded();
        house.Exec("grep", " /one ", "/proc/mounts").EndedWith(1);
        // It was written down and never attached.
        house.Do("mounts", "remove", house.Id, two).FailedWith(1, "unmount /two: invalid argument (EINVAL) (what was added there is gone");
        house.Remove();
    }

    /// <summary>What may pass a step.</summary>
    private IEnumerable<(string Name, Func<string, CommandResult> Operation)> Operations(string step)
    {
        string group = step[..step.LastIndexOf('.')];
        return group switch
        {
            "runtime.create" => [("create", Create), ("run", Run), ("monitor", Monitor)],
            "runtime.delete" => [("delete-running", DeleteRunning), ("delete-stopped", DeleteStopped), ("run", Run)],
            "runtime.update" => [("update", Update)],
            "runtime.mounts" => [("mounts-add", step => Mounts(step, "add")), ("mounts-remove", step => Mounts(step, "remove"))],
            "runtime.restore" => [("restore", Restore)],
            _ => [("monitor", Monitor), ("rotation", MonitorThatRotates)],
        };
    }

    private CommandResult Create(string step)
    {
        TestBundle bundle = WithHooks(house.NewBundle("create").Command("sleep", "1000000"));
        bundle.Write();
        using RunningProgram program = Crashing(step, "create", "--bundle", bundle.Path, house.Id);
        return program.WaitForExit();
    }

    private CommandResult Run(string step)
    {
        TestBundle bundle = WithHooks(house.NewBundle("foreground").Command("true"));
        bundle.Write();
        using RunningProgram program = Crashing(step, "run", "--bundle", bundle.Path, house.Id);
        return program.WaitForExit();
    }

    private static TestBundle WithHooks(TestBundle bundle)
    {
        Hook[] hooks = [new() { Path = "/bin/true" }];
        return bundle.With(s =>
            s with
            {
                Hooks = new Hooks
                {
                    CreateRuntime = hooks,
                    CreateContainer = hooks,
                    StartContainer = hooks,
                    Poststop = hooks,
                },
            }
        );
    }

    private CommandResult DeleteRunning(string step)
    {
        house.RunDetached(WithHooks(house.NewBundle("running")));
        using RunningProgram program = Crashing(step, "delete", "--force", house.Id);
        return program.WaitForExit();
    }

    private CommandResult DeleteStopped(string step)
    {
        // Without a PID namespace a process stays behind, and the cgroup is not empty.
        TestBundle bundle = house.NewBundle("stopped").WithoutNamespace("pid");
        house.Run(bundle.Shell("sleep 1000000 </dev/null >/dev/null 2>&1 & exit 0"), "--keep").Succeeded();
        using RunningProgram program = Crashing(step, "delete", house.Id);
        return program.WaitForExit();
    }

    private CommandResult Update(string step)
    {
        house.RunDetached(house.NewBundle("updated"));
        using RunningProgram program = Crashing(step, "update", "--pids-limit", "50", house.Id);
        return program.WaitForExit();
    }

    private CommandResult Mounts(string step, string command)
    {
        house.RunDetached(house.NewBundle(command));
        string list = house.WriteFile("mounts.json", """[{"destination":"/one","type":"tmpfs"},{"destination":"/two","type":"tmpfs"}]""");
        if (command == "remove")
        {
            house.Do("mounts", "add", house.Id, list).Succeeded();
        }
        using RunningProgram program = Crashing(step, "mounts", command, house.Id, list);
        return program.WaitForExit();
    }

    private CommandResult Restore(string step)
    {
        Criu.Require();
        TestBundle bundle = WithHooks(house.NewBundle("restored"));
        house.RunDetached(bundle);
        house.DoIn(Criu.AddTo, "checkpoint", "--image-path", $"{house.Place}/images", house.Id).Succeeded();
        using RunningProgram program = Crashing(
            step,
            ["--criu", Criu.Program, "restore", "--bundle", bundle.Path, "--image-path", $"{house.Place}/images", house.Id]
        );
        return program.WaitForExit();
    }

    private CommandResult Monitor(string step) => Monitored(step, "echo one; echo two; exit 3");

    private CommandResult MonitorThatRotates(string step) =>
        Monitored(
            step,
            "for i in 1 2 3 4 5 6; do echo a line that is long enough to fill the log soon $i; done",
            "--log-max-size",
            "120",
            "--log-max-files",
            "3"
        );

    private CommandResult Monitored(string step, string script, params string[] options)
    {
        TestBundle bundle = house.NewBundle($"monitored-{options.Length}").Shell(script);
        using var container = new MonitoredContainer(
            house,
            bundle,
            step,
            [.. options, "--conexd", "/bin/true", "--engine-socket", $"{house.Place}/nobody.sock"]
        );
        Eventually.True(
            () => container.Monitor.HasExited || container.Monitor.Output.Contains("listening", StringComparison.Ordinal),
            "the monitor listens or has ended"
        );
        if (!container.Monitor.HasExited)
        {
            container.AskForStart();
        }
        CommandResult result = container.Monitor.WaitForExit();
        container.RemoveTraces();
        return result;
    }

    private RunningProgram Crashing(string step, params string[] arguments) =>
        RunningProgram.Start(house.Program, ["--root", house.StateRoot, .. arguments], start => start.Environment["CONEX_CRASH_AT"] = step);
}
