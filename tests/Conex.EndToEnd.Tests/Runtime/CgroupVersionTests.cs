using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Hosts with cgroups of one version alone, by hiding the others from the runtime: each of its commands runs in a mount namespace of its own.</summary>
public sealed class CgroupVersionTests : IDisposable
{
    private const string Unified = "/sys/fs/cgroup/unified";

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_container_lives_through_all_commands_on_a_host_of_version_1()
    {
        See($"umount --lazy {Unified}");
        TestBundle bundle = house
            .NewBundle()
            .WithResources(
                new LinuxResources
                {
                    Devices = [new LinuxDeviceRule { Allow = false, Access = "rwm" }],
                    Memory = new LinuxMemory { Limit = 64 << 20 },
                    Cpu = new LinuxCpu { Shares = 512 },
                    Pids = new LinuxPids { Limit = 50 },
                }
            );
        house.RunDetached(bundle);
        Assert.Equal("running", house.Status());
        Assert.Equal([$"{64 << 20}", "512", "50"], Limits());
        Assert.Contains($":pids:/conex/{house.Id}\n", Membership(), StringComparison.Ordinal);
        // The tree of version 2, which this runtime cannot see, knows nothing of the container.
        Assert.False(Directory.Exists($"{Unified}/conex/{house.Id}"));
        Assert.DoesNotContain($"0::/conex/{house.Id}", Membership(), StringComparison.Ordinal);

        CommandResult inside = house.Exec("sh", "-c", "cat /sys/fs/cgroup/pids/pids.max; ls /sys/fs/cgroup; cat /proc/self/cgroup");
        Assert.StartsWith("50\n", inside.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("unified", inside.Text, StringComparison.Ordinal);
        Assert.Contains(":pids:/\n", inside.Output, StringComparison.Ordinal);
        house.Exec("sh", "-c", "head -c 1 /dev/null && mknod /tmp/x c 10 237 && cat /tmp/x").FailedWith(1, "Operation not permitted");

        house.Do("update", "--pids-limit", "60", "--memory", $"{32 << 20}", house.Id).Succeeded();
        Assert.Equal([$"{32 << 20}", "512", "60"], Limits());
        house.Do("pause", house.Id).Succeeded();
        Assert.Equal("paused", house.Status());
        Assert.Equal("FROZEN", Read("freezer", "freezer.state"));
        house.Do("resume", house.Id).Succeeded();
        Assert.Contains("\"limit\":60", house.Do("events", "--stats", house.Id).Succeeded().Output, StringComparison.Ordinal);
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
        Assert.Empty(house.Leaks.Find());

        Assert.Equal("again", house.Run(bundle.Command("echo", "again")).Text);
        Assert.Empty(house.Leaks.Find());
    }

    [Fact]
    public void A_container_lives_through_all_commands_on_a_host_of_version_2_whose_controllers_are_elsewhere()
    {
        See("umount --lazy /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup");
        TestBundle bundle = house.NewBundle();
        house.RunDetached(bundle);
        Assert.Contains($"0::/conex/{house.Id}\n", Membership(), StringComparison.Ordinal);
        Assert.DoesNotContain($":pids:/conex/{house.Id}\n", Membership(), StringComparison.Ordinal);
        Assert.Contains("0::/\n", house.Exec("cat", "/proc/self/cgroup").Output, StringComparison.Ordinal);
        Assert.Contains("cgroup.procs", house.Exec("ls", "/sys/fs/cgroup").Text, StringComparison.Ordinal);
        house.Exec("sh", "-c", "mknod /tmp/x c 10 237 && cat /tmp/x").FailedWith(1, "Operation not permitted");
        house.Do("pause", house.Id).Succeeded();
        Assert.Equal("paused", house.Status());
        Assert.Contains("frozen 1", File.ReadAllText($"{Unified}/conex/{house.Id}/cgroup.events"), StringComparison.Ordinal);
        house.Do("resume", house.Id).Succeeded();
        CommandResult refused = house.Do("update", "--pids-limit", "60", house.Id);
        Assert.Contains("pids", refused.EndedWith(1).Error, StringComparison.Ordinal);
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
        Assert.Empty(house.Leaks.Find());

        CommandResult limited = house.Run(
            bundle.WithResources(new LinuxResources { Pids = new LinuxPids { Limit = 50 } }).Command("echo", "never")
        );
        Assert.Contains("pids", limited.EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Empty(house.Leaks.Find());
    }

    /// <summary>Lets the runtime see the host's cgroups as a line of the shell leaves them.</summary>
    private void See(string line)
    {
        Assert.SkipUnless(
            Directory.Exists(Unified) && Directory.Exists("/sys/fs/cgroup/pids"),
            "this host has not the cgroups of both versions"
        );
        string script = $"exec unshare --mount --propagation private sh -c '{line} && exec {house.Program} \"$@\"' sh \"$@\"";
        house.Program = house.WriteScript("programs/runtime", script);
    }

    private string Membership() => File.ReadAllText($"/proc/{house.InitPid}/cgroup");

    private string[] Limits() => [Read("memory", "memory.limit_in_bytes"), Read("cpu", "cpu.shares"), Read("pids", "pids.max")];

    private string Read(string controller, string file) => File.ReadAllText($"/sys/fs/cgroup/{controller}/conex/{house.Id}/{file}").Trim();
}
