using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Mounts of type cgroup and cgroup2 on this host's hierarchies; the virtual machine shows version 2 alone.</summary>
public sealed class CgroupMountTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public CgroupMountTests() => Assert.SkipWhen(Machine.HasUnifiedCgroups, "this host has version 2 alone, which the guest tests show");

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_hierarchy_shows_the_containers_own_cgroup_with_or_without_a_namespace(bool ownNamespace)
    {
        TestBundle bundle = house
            .NewBundle()
            .WithResources(new() { Pids = new() { Limit = 77 } })
            .Shell("cat /sys/fs/cgroup/pids/pids.max; ls /sys/fs/cgroup; mkdir /sys/fs/cgroup/pids/x || echo refused");
        if (!ownNamespace)
        {
            bundle.WithoutNamespace("cgroup");
        }
        string[] lines = house.Run(bundle).Succeeded().Lines;
        Assert.Equal("77", lines[0]);
        Assert.Equal("refused", lines[^1]);
        string[] hierarchies =
        [
            .. File.ReadAllLines("/proc/self/cgroup").Select(l => l.Split(':')[1].Replace("name=", "", StringComparison.Ordinal)),
        ];
        Assert.Superset(
            hierarchies.Where(h => h.Length > 0).ToHashSet(StringComparer.Ordinal),
            lines[1..^1].ToHashSet(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_type_of_version_2_mounts_its_tree_beside_the_others()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithoutMount("/sys/fs/cgroup")
            .Mount("/tmp", "cgroup2", "cgroup", "ro")
            .Shell("cat /tmp/cgroup.procs; stat -f -c %t /tmp; touch /tmp/x || echo refused");
        string[] lines = house.Run(bundle).Succeeded().Lines;
        // CGROUP2_SUPER_MAGIC, and the payload alone in the cgroup that its namespace begins with.
        Assert.Equal("1", lines[0]);
        Assert.Equal(["63677270", "refused"], lines[^2..]);
    }

    /// <summary>CVE-2023-25809: root of a user namespace that owns the host's files, and no cgroup namespace that would hide them.</summary>
    [Theory]
    [InlineData("rw")]
    [InlineData("ro")]
    public void Root_of_a_user_namespace_writes_to_no_cgroup_but_its_own(string access)
    {
        LinuxIdMapping[] itself =
        [
            new()
            {
                ContainerId = 0,
                HostId = 0,
                Size = 65_536,
            },
        ];
        string made = $"made-by-{house.Name}";
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .WithLinux(l => l with { UidMappings = itself, GidMappings = itself })
            .WithoutNamespace("cgroup")
            .WithoutMount("/sys/fs/cgroup")
            .Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", access)
            .Shell($"for d in /sys/fs/cgroup/* /sys/fs/cgroup; do mkdir $d/{made}; done 2>/dev/null; echo ready; exec sleep 1000000");
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        string[] found = [.. house.Leaks.CgroupDirectories().Where(d => Path.GetFileName(d) == made)];
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
        Assert.Equal(access == "rw", found.Length > 0);
        Assert.All(found, directory => Assert.Equal(house.Id, Path.GetFileName(Path.GetDirectoryName(directory))));
    }
}
