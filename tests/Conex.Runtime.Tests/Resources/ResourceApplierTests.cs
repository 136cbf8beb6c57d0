using System.Text;
using Conex.Linux.Cgroups;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

public sealed class ResourceApplierTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Cgroup cgroup;

    public ResourceApplierTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to create cgroups");
        CgroupHost host = CgroupHost.Detect();
        Assert.SkipUnless(
            host.VersionOf("memory") == CgroupVersion.V1
                && host.VersionOf("cpu") == CgroupVersion.V1
                && host.VersionOf("pids") == CgroupVersion.V1,
            "this machine has no version 1 memory, cpu and pids controllers"
        );
        cgroup = Cgroup.Create(host, $"/conex-test-{Random.Shared.Next():x8}");
    }

    public void Dispose()
    {
        if (cgroup is not null)
        {
            cgroup.Delete(Patience);
            Assert.DoesNotContain(cgroup.Paths.Values, Directory.Exists);
            cgroup.Dispose();
        }
    }

    [Fact]
    public void Limits_are_in_force_afterwards()
    {
        Apply("""{"memory":{"limit":8388608,"swap":16777216},"cpu":{"shares":512,"quota":20000,"cpus":"0"},"pids":{"limit":7}}""");

        Assert.Equal("8388608", cgroup.Read("memory", "memory.limit_in_bytes"));
        Assert.Equal("16777216", cgroup.Read("memory", "memory.memsw.limit_in_bytes"));
        Assert.Equal("512", cgroup.Read("cpu", "cpu.shares"));
        Assert.Equal("20000", cgroup.Read("cpu", "cpu.cfs_quota_us"));
        Assert.Equal("7", cgroup.Read("pids", "pids.max"));
    }

    [Fact]
    public void Memory_and_swap_limits_grow_and_shrink_together()
    {
        foreach (int megabytes in new[] { 8, 64, 4, 128 })
        {
            long limit = (long)megabytes << 20;
            Update($$$"""{"memory":{"limit":{{{limit}}},"swap":{{{limit}}}}}""");

            Assert.Equal(limit.ToString(), cgroup.Read("memory", "memory.limit_in_bytes"));
            Assert.Equal(limit.ToString(), cgroup.Read("memory", "memory.memsw.limit_in_bytes"));
        }
    }

    [Fact]
    public void Without_limits_only_the_default_devices_are_allowed()
    {
        Assert.Empty(ResourceApplier.Apply(cgroup, null));

        Assert.Equal(
            [
                "b *:* m",
                "c *:* m",
                "c 136:* rwm",
                "c 1:3 rwm",
                "c 1:5 rwm",
                "c 1:7 rwm",
                "c 1:8 rwm",
                "c 1:9 rwm",
                "c 5:0 rwm",
                "c 5:2 rwm",
            ],
            cgroup.Read("devices", "devices.list").Split('\n').Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void An_update_leaves_the_devices_alone()
    {
        Update("""{"pids":{"limit":9}}""");

        Assert.Equal("a *:* rwm", cgroup.Read("devices", "devices.list"));
    }

    [Fact]
    public void Weights_that_no_scheduler_has_are_left_out_with_a_warning()
    {
        Assert.SkipWhen(
            cgroup.TryRead("blkio", "blkio.bfq.weight") is not null || cgroup.TryRead("blkio", "blkio.weight") is not null,
            "this kernel has block I/O weights"
        );

        IReadOnlyList<string> warnings = Apply("""{"blockIO":{"weight":100,"weightDevice":[{"major":8,"minor":0,"weight":200}]}}""");

        Assert.Equal("block I/O weight: no I/O scheduler of this kernel has weights; it is left out", Assert.Single(warnings));
    }

    [Fact]
    public void A_refused_value_is_a_sentence_that_names_the_limit()
    {
        InvalidSpecException refusal = Assert.Throws<InvalidSpecException>(() => Apply("""{"cpu":{"cpus":"4000-4001"}}"""));

        Assert.StartsWith($"CPUs: write 4000-4001 to cpuset.cpus of cgroup {cgroup.Path}: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_update_leaves_every_limit_as_it_was()
    {
        Update("""{"memory":{"limit":67108864,"swap":67108864},"cpu":{"shares":512,"quota":20000},"pids":{"limit":7}}""");
        string before = Everything();

        InvalidSpecException refusal = Assert.Throws<InvalidSpecException>(() =>
            Update(
                """{"memory":{"limit":8388608,"swap":16777216},"cpu":{"shares":100,"quota":50000,"period":200000,"cpus":"4000"},"pids":{"limit":9}}"""
            )
        );

        Assert.StartsWith("CPUs: write 4000 to cpuset.cpus", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("; the other limits are as they were before", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public void Device_rules_that_are_refused_undo_the_limits_before_them()
    {
        Update("""{"pids":{"limit":7}}""");

        Assert.Throws<InvalidSpecException>(() => Update("""{"pids":{"limit":9},"devices":[{"allow":true,"type":"x","access":"r"}]}"""));

        Assert.Equal("7", cgroup.Read("pids", "pids.max"));
    }

    private string Everything() =>
        string.Join(
            '\n',
            new[]
            {
                cgroup.Read("memory", "memory.limit_in_bytes"),
                cgroup.Read("memory", "memory.memsw.limit_in_bytes"),
                cgroup.Read("cpu", "cpu.shares"),
                cgroup.Read("cpu", "cpu.cfs_quota_us"),
                cgroup.Read("cpu", "cpu.cfs_period_us"),
                cgroup.Read("cpuset", "cpuset.cpus"),
                cgroup.Read("pids", "pids.max"),
            }
        );

    private IReadOnlyList<string> Apply(string json) => ResourceApplier.Apply(cgroup, LinuxResources.Parse(Encoding.UTF8.GetBytes(json)));

    private void Update(string json) => ResourceApplier.Update(cgroup, LinuxResources.Parse(Encoding.UTF8.GetBytes(json)));
}
