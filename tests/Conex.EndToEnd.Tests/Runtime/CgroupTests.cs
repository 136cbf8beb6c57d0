using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Limits are in the kernel's files, and they hold.</summary>
public sealed class CgroupTests : IDisposable
{
    private const long MiB = 1 << 20;
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Every_limit_is_in_its_file()
    {
        house.RunDetached(
            house
                .NewBundle()
                .WithResources(
                    new LinuxResources
                    {
                        Memory = new LinuxMemory { Limit = 64 * MiB, Reservation = 32 * MiB },
                        Cpu = new LinuxCpu
                        {
                            Shares = 512,
                            Quota = 50_000,
                            Period = 100_000,
                            Cpus = "0",
                            Mems = "0",
                        },
                        Pids = new LinuxPids { Limit = 33 },
                        BlockIo = null,
                    }
                )
        );
        Assert.Equal("67108864", Read("memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("33554432", Read("memory", "memory.soft_limit_in_bytes", "memory.low"));
        Assert.Equal("33", Read("pids", "pids.max", "pids.max"));
        Assert.Equal("0", Read("cpuset", "cpuset.cpus", "cpuset.cpus"));
        Assert.Equal("0", Read("cpuset", "cpuset.mems", "cpuset.mems"));
        if (Machine.HasUnifiedCgroups)
        {
            Assert.Equal("50000 100000", Read("cpu", "", "cpu.max"));
        }
        else
        {
            Assert.Equal("512", Read("cpu", "cpu.shares", ""));
            Assert.Equal("50000", Read("cpu", "cpu.cfs_quota_us", ""));
            Assert.Equal("100000", Read("cpu", "cpu.cfs_period_us", ""));
        }
        house.Remove();
    }

    [Fact]
    public void The_payload_is_in_the_containers_cgroup_of_every_hierarchy()
    {
        house.RunDetached(house.NewBundle());
        string[] lines = File.ReadAllLines($"/proc/{house.InitPid}/cgroup");
        Assert.NotEmpty(lines);
        Assert.All(lines, l => Assert.EndsWith($"/conex/{house.Id}", l, StringComparison.Ordinal));
        house.Remove();
    }

    [Fact]
    public void A_cgroup_namespace_shows_the_containers_cgroup_as_the_root()
    {
        string[] lines = house.Run(house.NewBundle().Command("cat", "/proc/self/cgroup")).Succeeded().Lines;
        Assert.All(lines, l => Assert.EndsWith(":/", l, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/{0}/inner")]
    [InlineData("{0}-relative")]
    public void A_configured_path_is_used_and_removed(string pattern)
    {
        string path = string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, house.Id);
        house.RunDetached(house.NewBundle().WithLinux(l => l with { CgroupsPath = path }));
        Assert.All(
            File.ReadAllLines($"/proc/{house.InitPid}/cgroup"),
            l => Assert.EndsWith($"/{path.TrimStart('/')}", l, StringComparison.Ordinal)
        );
        Assert.NotEmpty(house.Leaks.CgroupDirectories());
        house.Remove();
        // What lies above the container's own cgroup may be another's.
        foreach (string parent in house.Leaks.CgroupDirectories().ToList())
        {
            Assert.EndsWith($"/{house.Id}", parent, StringComparison.Ordinal);
            Directory.Delete(parent);
        }
    }

    [Fact]
    public void A_cgroup_with_processes_of_others_is_refused_and_left_alone()
    {
        string directory = $"{Machine.CgroupMount("pids")}/{house.Name}-taken";
        Directory.CreateDirectory(directory);
        using RunningProgram other = RunningProgram.Start("sleep", ["1000000"]);
        File.WriteAllText($"{directory}/cgroup.procs", RuntimeHouse.Text(other.Pid));
        string mark = $"{house.Place}/poststop";
        var poststop = new Hook { Path = "/bin/sh", Args = ["sh", "-c", $"touch {mark}"] };
        house
            .Run(
                house
                    .NewBundle()
                    .WithLinux(l => l with { CgroupsPath = $"/{house.Name}-taken" })
                    .With(s => s with { Hooks = new Hooks { Poststop = [poststop] } })
            )
            .FailedWith(1, "container's cgroup is not empty: 1 process(es) found");
        Assert.False(File.Exists(mark), "hooks of a container that never was");
        Assert.False(other.HasExited);
        other.Dispose();
        Eventually.True(() => File.ReadAllText($"{directory}/cgroup.procs").Length == 0, "the process has left the cgroup");
        Directory.Delete(directory);
    }

    [Fact]
    public void A_path_that_leads_out_is_refused() =>
        house.Run(house.NewBundle().WithLinux(l => l with { CgroupsPath = "/a/../../b" })).FailedWith(1, "a component .. is refused");

    [Fact]
    public void A_fork_bomb_is_stopped_by_the_limit_of_processes()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithResources(new LinuxResources { Pids = new LinuxPids { Limit = 20 } })
            .Shell("bomb() { bomb | bomb & }; bomb; echo alive; exec sleep 1000000");
        using RunningProgram run = house.BeginRun(bundle, until: "alive");
        Eventually.True(() => run.Error.Contains("can't fork", StringComparison.Ordinal), "a fork was refused");
        Assert.InRange(int.Parse(Read("pids", "pids.current", "pids.current")), 1, 20);
        house.Do("kill", house.Id, "KILL").Succeeded();
        Assert.Equal(137, run.Finish().ExitCode);
    }

    [Fact]
    public void A_payload_above_its_memory_limit_is_killed()
    {
        TestBundle bundle = house.NewBundle().WithResources(new LinuxResources { Memory = new LinuxMemory { Limit = 16 * MiB } });
        house.Run(bundle.Command("tail", "/dev/zero")).EndedWith(137);
    }

    [Fact]
    public void A_payload_above_its_CPU_quota_is_throttled()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithResources(
                new LinuxResources
                {
                    Cpu = new LinuxCpu { Quota = 5_000, Period = 100_000 },
                }
            )
            .Shell("echo ready; while :; do :; done");
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        Eventually.True(
            () => !Read("cpu", "cpu.stat", "cpu.stat").Split('\n').Contains("nr_throttled 0"),
            "the kernel counts a period in which it was throttled"
        );
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void A_limit_that_the_kernel_refuses_is_one_sentence_and_leaves_nothing() =>
        house
            .Run(house.NewBundle().WithResources(new LinuxResources { Cpu = new LinuxCpu { Cpus = "4000" } }))
            .FailedWith(1, "cpuset.cpus");

    private string Read(string controller, string version1, string version2)
    {
        bool unified = Machine.HasUnifiedCgroups;
        return File.ReadAllText($"{Machine.CgroupMount(controller)}/conex/{house.Id}/{(unified ? version2 : version1)}").TrimEnd('\n');
    }
}
