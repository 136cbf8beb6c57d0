using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A container is written down and goes on later, where it stopped.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_container_goes_on_where_it_stopped()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        string created = Plain.State().GetProperty("created").GetString()!;

        house.Checkpoint().Succeeded();
        run.Finish();
        Assert.Empty(Plain.Leaks.Find());
        Assert.Contains("container does not exist", Plain.Do("state", house.Id).EndedWith(1).Error, StringComparison.Ordinal);
        int last = CheckpointHouse.Count(bundle);

        using RunningProgram restored = house.Restore(bundle, "--pid-file", $"{Plain.Place}/pid");
        CheckpointHouse.GoesOn(restored, last);
        JsonElement state = Plain.State();
        Assert.Equal("running", state.GetProperty("status").GetString());
        Assert.Equal(RuntimeHouse.WaitForPid($"{Plain.Place}/pid"), state.GetProperty("pid").GetInt32());
        Assert.NotEqual(created, state.GetProperty("created").GetString());
        Assert.Equal("1 box", Plain.Exec("sh", "-c", "echo $(cut -d' ' -f1 /proc/1/stat) $(hostname)").Text);
        Plain.Do("kill", house.Id, "KILL").Succeeded();
        Plain.WaitForStatus("stopped");
        Plain.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void A_container_can_be_left_running()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);

        house.Checkpoint("--leave-running").Succeeded();
        int then = CheckpointHouse.Count(bundle);
        run.WaitForOutput($"\n{then + 5}\n");
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
        run.Finish();

        using RunningProgram restored = house.Restore(bundle);
        restored.WaitForOutput("\n");
        Assert.InRange(int.Parse(restored.Output.Split('\n')[0]), 5, then + 1);
        Plain.Remove();
    }

    [Fact]
    public void A_paused_container_is_written_down_and_stays_paused_when_it_is_left_running()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        Plain.Do("pause", house.Id).Succeeded();
        int last = CheckpointHouse.Count(bundle);

        house.Checkpoint("--leave-running").Succeeded();
        Assert.Equal("paused", Plain.Status());
        house.Checkpoint().Succeeded();
        using RunningProgram restored = house.Restore(bundle);
        CheckpointHouse.GoesOn(restored, last);
        Plain.Remove();
    }

    [Fact]
    public void A_checkpoint_that_fails_leaves_the_container_running()
    {
        // A device whose state criu does not know.
        TestBundle bundle = Plain
            .NewBundle()
            .WithResources(
                new LinuxResources
                {
                    Devices =
                    [
                        new LinuxDeviceRule { Allow = false, Access = "rwm" },
                        new LinuxDeviceRule
                        {
                            Allow = true,
                            Type = "c",
                            Major = 10,
                            Minor = 237,
                            Access = "rwm",
                        },
                    ],
                }
            )
            .WithLinux(l =>
                l with
                {
                    Devices =
                    [
                        new LinuxDevice
                        {
                            Path = "/dev/strange",
                            Type = "c",
                            Major = 10,
                            Minor = 237,
                        },
                    ],
                }
            );
        using RunningProgram run = house.Run(bundle.Shell($"exec 7</dev/strange; {CheckpointHouse.Counter}"));
        run.WaitForOutput("\n5\n");

        CommandResult result = house.Checkpoint("--work-path", $"{Plain.Place}/work");
        result.FailedWith(1, $"checkpoint of container {house.Id} failed: ");
        Assert.Contains("chr", result.Error, StringComparison.Ordinal);
        Assert.Contains($"(criu's log is {Plain.Place}/work/dump.log)", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists($"{Plain.Place}/work/dump.log"));
        int then = CheckpointHouse.Count(bundle);
        run.WaitForOutput($"\n{then + 5}\n");
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }

    [Fact]
    public void A_criu_that_hangs_is_given_up_at_a_signal()
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        string started = $"{Plain.Place}/started";
        string hanging = Plain.WriteScript("hanging/criu", $": >{started}\nexec sleep 1000000");

        using RunningProgram checkpoint = Plain.Begin("--criu", hanging, "checkpoint", "--image-path", house.Images, house.Id);
        Eventually.True(() => File.Exists(started), "criu hangs");
        checkpoint.Signal(Signal.SIGTERM);
        Assert.Contains("since the runtime got SIGTERM", checkpoint.WaitForExit().EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }

    [Fact]
    public void A_file_that_lost_the_name_it_was_opened_by_is_written_down_where_it_is_asked_for()
    {
        TestBundle bundle = Plain
            .NewBundle()
            .Shell("echo held >/one; ln /one /two; exec 7</one; rm /one; echo ready; sleep 1000000; echo never");
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("ready");
        CommandResult refused = house.Checkpoint("--leave-running").EndedWith(1);
        Assert.Contains("Can't create link remap for /one", refused.Error, StringComparison.Ordinal);

        house.Checkpoint("--link-remap").Succeeded();
        run.Finish();
        using RunningProgram restored = house.Restore(bundle);
        Assert.Equal("held", Plain.Exec("cat", "/proc/1/fd/7").Text);
        Plain.Remove();
    }

    [Fact]
    public void What_cannot_be_done_is_one_sentence()
    {
        Plain.NewBundle().Write();
        using RunningProgram created = Plain.Create(Plain.NewBundle("other").Command("sleep", "1000000"));
        house.Checkpoint().FailedWith(1, "Container cannot be checkpointed in created state");
        Plain.Do("start", house.Id).Succeeded();
        house.Checkpoint("--manage-cgroups-mode", "some").FailedWith(1, "Invalid manage-cgroups-mode value \"some\"");
        house.Checkpoint("--empty-ns", "pid").FailedWith(1, "namespace \"pid\" is not supported");
        house.Checkpoint("--page-server", "9000").FailedWith(1, "Use --page-server ADDRESS:PORT");
        house.Checkpoint("--page-server", "::1:x").FailedWith(1, "Invalid port number");
        house.Checkpoint("--network-lock", "some").FailedWith(1, "known are iptables, nftables and skip");
        house.Checkpoint("--status-fd", "77").FailedWith(1, "invalid --status-fd 77");
        house.Checkpoint("--parent-path", "/var").FailedWith(1, "--parent-path must be relative");
        house.Checkpoint("--parent-path", "../none").FailedWith(1, "invalid --parent-path");
        Plain.Remove();
    }

    [Fact]
    public void Landlock_rules_would_be_lost()
    {
        TestBundle bundle = Plain
            .NewBundle()
            .With(s =>
                s with
                {
                    Annotations = new Dictionary<string, string>
                    {
                        ["org.conex.landlock"] = """{"ruleset": {"handledAccessFS": ["make_sock"]}}""",
                    },
                }
            );
        using RunningProgram run = house.RunCounter(bundle);
        house.Checkpoint().FailedWith(1, "criu does not restore Landlock rules");
        Assert.Equal("running", Plain.Status());
        Plain.Remove();
    }
}
