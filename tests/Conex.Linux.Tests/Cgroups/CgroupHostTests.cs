using System.Text;
using Conex.Linux.Cgroups;

namespace Conex.Linux.Tests.Cgroups;

public sealed class CgroupHostTests
{
    [Fact]
    public void A_host_with_version_1_hierarchies_only_is_v1()
    {
        CgroupHost host = Host(HostTexts.LegacyMounts);

        Assert.Equal(CgroupMode.V1, host.Mode);
        Assert.Null(host.Unified);
        Assert.Equal(["cpu,cpuacct", "cpuset", "memory", "name=systemd"], host.Hierarchies.Select(h => h.Name));
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", host.Find("cpuacct")?.MountPoint);
        Assert.Equal(CgroupVersion.V1, host.VersionOf("memory"));
    }

    [Fact]
    public void A_flag_of_the_mount_is_no_controller()
    {
        CgroupHost host = Host(HostTexts.LegacyMounts);

        Assert.Equal(["cpuset"], host.Find("cpuset")!.Controllers);
        Assert.Empty(host.Hierarchies[3].Controllers);
        Assert.Equal(CgroupVersion.None, host.VersionOf("clone_children"));
        Assert.Equal(CgroupVersion.None, host.VersionOf("xattr"));
    }

    [Fact]
    public void Version_1_hierarchies_beside_a_version_2_tree_are_hybrid()
    {
        CgroupHost host = Host(HostTexts.LegacyMounts + HostTexts.UnifiedTree, controllers: "hugetlb misc");

        Assert.Equal(CgroupMode.Hybrid, host.Mode);
        Assert.Equal("/sys/fs/cgroup/unified", host.Unified?.MountPoint);
        Assert.Equal(CgroupVersion.V1, host.VersionOf("memory"));
        Assert.Equal(CgroupVersion.V2, host.VersionOf("hugetlb"));
        Assert.Equal(CgroupVersion.None, host.VersionOf("huge"));
        Assert.Equal(CgroupVersion.None, host.VersionOf("io"));
    }

    [Fact]
    public void A_host_with_a_version_2_tree_only_is_v2()
    {
        CgroupHost host = Host(HostTexts.UnifiedMounts, controllers: "cpuset cpu io memory pids");

        Assert.Equal(CgroupMode.V2, host.Mode);
        Assert.Single(host.Hierarchies);
        Assert.Equal(["cpuset", "cpu", "io", "memory", "pids"], host.UnifiedControllers);
        Assert.Equal(CgroupVersion.V2, host.VersionOf("memory"));
        Assert.Equal(CgroupVersion.None, host.VersionOf("blkio"));
    }

    [Fact]
    public void A_host_without_cgroup_mounts_has_none()
    {
        CgroupHost host = Host("22 27 0:21 / /proc rw,relatime - proc proc rw\n");

        Assert.Equal(CgroupMode.None, host.Mode);
        Assert.Empty(host.Hierarchies);
    }

    [Fact]
    public void The_mount_in_the_usual_place_is_preferred_to_one_inside_a_containers_rootfs()
    {
        CgroupHost host = Host("90 27 0:32 / /var/lib/box/sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" + HostTexts.LegacyMounts);

        Assert.Equal("/sys/fs/cgroup/memory", host.Find("memory")?.MountPoint);
    }

    [Fact]
    public void An_escaped_mount_point_is_read_as_it_is()
    {
        CgroupHost host = Host(@"35 31 0:32 / /mnt/my\040groups\134x rw - cgroup2 none rw");

        Assert.Equal(@"/mnt/my groups\x", host.Unified?.MountPoint);
    }

    [Theory]
    [InlineData("memory", "/conex/abc", "conex/abc")]
    [InlineData("memory", "//conex/./abc/", "conex/abc")]
    [InlineData("memory", "abc", "process_api/8bcb/abc")]
    [InlineData("cpuset", "abc", "abc")]
    [InlineData("cpu", "x/y", "docker/a:b/x/y")]
    public void An_absolute_path_starts_at_the_mount_and_a_relative_one_at_the_own_cgroup(string controller, string path, string expected)
    {
        CgroupHost host = Host(HostTexts.LegacyMounts, HostTexts.LegacyMembership);

        Assert.Equal(expected, host.Resolve(host.Find(controller)!, path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/./")]
    [InlineData("/a/../b")]
    [InlineData("..")]
    public void A_path_that_names_the_root_or_climbs_is_refused(string path)
    {
        CgroupHost host = Host(HostTexts.LegacyMounts, HostTexts.LegacyMembership);

        Assert.Throws<CgroupException>(() => host.Resolve(host.Find("memory")!, path));
    }

    [Fact]
    public void In_a_container_without_a_cgroup_namespace_the_own_cgroup_is_counted_from_what_the_mount_shows()
    {
        CgroupHost host = Host("35 31 0:32 /box/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/box/1/inner\n");

        Assert.Equal("/inner", host.OwnPath(host.Unified!));
    }

    [Fact]
    public void A_cgroup_outside_the_cgroup_namespace_counts_as_its_root()
    {
        CgroupHost host = Host(HostTexts.UnifiedMounts, "0::/../../elsewhere\n");

        Assert.Equal("/", host.OwnPath(host.Unified!));
    }

    [Fact]
    public void Saved_paths_outside_the_hierarchy_are_refused()
    {
        CgroupHost host = Host(HostTexts.UnifiedMounts);
        var paths = new Dictionary<string, string> { [""] = "/sys/fs/cgroupfoo/x" };

        Assert.Throws<CgroupException>(() => Cgroup.Open(host, "/x", paths));
    }

    private static CgroupHost Host(string mounts, string membership = "", string controllers = "") =>
        CgroupHost.Parse(Encoding.UTF8.GetBytes(mounts), Encoding.UTF8.GetBytes(membership), controllers);
}
