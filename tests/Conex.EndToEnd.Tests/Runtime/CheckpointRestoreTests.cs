using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What is around a restored container's processes: mounts, limits, hooks; and restores that fail.</summary>
public sealed class CheckpointRestoreTests : IDisposable
{
    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

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

    private string[] Hooks() => File.ReadAllLines($"{Plain.Place}/hooks");

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
