using Conex.Linux.Cgroups;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

public sealed class MemoryWritesTests
{
    [Fact]
    public void Version_1_writes_bytes() =>
        Assert.Equal(
            [
                "memory memory.limit_in_bytes = 1048576",
                "memory memory.memsw.limit_in_bytes = 2097152",
                "memory memory.soft_limit_in_bytes = 524288",
                "memory memory.swappiness = 0",
                "memory memory.oom_control = 1",
            ],
            WritesOf.Legacy(
                """{"memory":{"limit":1048576,"swap":2097152,"reservation":524288,"swappiness":0,"disableOOMKiller":true,"kernel":99,"useHierarchy":true}}"""
            )
        );

    [Fact]
    public void Version_2_counts_swap_alone() =>
        Assert.Equal(
            ["memory memory.swap.max = 1048576", "memory memory.max = 1048576", "memory memory.low = 524288"],
            WritesOf.Unified("""{"memory":{"limit":1048576,"swap":2097152,"reservation":524288}}""")
        );

    [Fact]
    public void The_same_limit_for_memory_and_swap_means_no_swap() =>
        Assert.Equal(
            ["memory memory.swap.max = 0", "memory memory.max = 1048576"],
            WritesOf.Unified("""{"memory":{"limit":1048576,"swap":1048576}}""")
        );

    [Fact]
    public void Zero_is_no_limit_at_all()
    {
        Assert.Empty(WritesOf.Legacy("""{"memory":{"limit":0,"swap":0,"reservation":0,"disableOOMKiller":false}}"""));
        Assert.Empty(WritesOf.Unified("""{"memory":{"limit":0,"swap":0,"reservation":0}}"""));
    }

    [Fact]
    public void Unlimited_memory_lifts_the_swap_limit_too()
    {
        const string json = """{"memory":{"limit":-1}}""";

        Assert.Equal(["memory memory.limit_in_bytes = -1", "memory memory.memsw.limit_in_bytes = -1"], WritesOf.Legacy(json));
        Assert.Equal(["memory memory.swap.max = max", "memory memory.max = max"], WritesOf.Unified(json));
        Assert.All(
            new[] { CgroupVersion.V1, CgroupVersion.V2 },
            version => Assert.Contains(WritesOf.Plan(json, version).Writes, w => w.Missing == WhenMissing.Ignore)
        );
    }

    [Fact]
    public void The_version_1_limit_is_tried_again_after_the_swap_limit_that_the_kernel_compares_it_with()
    {
        ResourceWrites plan = WritesOf.Plan("""{"memory":{"limit":1048576,"swap":2097152}}""", CgroupVersion.V1);

        Assert.True(plan.Writes[0].RetryLast);
        Assert.False(plan.Writes[1].RetryLast);
    }

    [Theory]
    [InlineData(CgroupVersion.V1)]
    [InlineData(CgroupVersion.V2)]
    public void Without_swap_accounting_the_limit_is_left_out_with_a_warning(CgroupVersion version)
    {
        CgroupWrite swap = Assert.Single(
            WritesOf.Plan("""{"memory":{"limit":1048576,"swap":2097152}}""", version).Writes,
            w => w.Missing == WhenMissing.Warn
        );

        Assert.EndsWith("memory is limited without swap", swap.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_before_the_update_compares_with_the_usage_on_version_2()
    {
        ResourceWrites plan = WritesOf.Plan("""{"memory":{"limit":1048576,"swap":2097152,"checkBeforeUpdate":true}}""", CgroupVersion.V2);

        // Both limits count memory, so both are compared with it.
        Assert.Equal(
            [new UsageCheck("memory.current", 2097152), new UsageCheck("memory.current", 1048576)],
            plan.Writes.Select(w => w.NotBelow)
        );
    }

    [Fact]
    public void What_version_2_does_not_have_is_a_warning()
    {
        ResourceWrites plan = WritesOf.Plan("""{"memory":{"swappiness":10,"disableOOMKiller":true}}""", CgroupVersion.V2);

        Assert.Empty(plan.Writes);
        Assert.Equal(2, plan.Warnings.Count);
    }

    [Theory]
    [InlineData("""{"memory":{"limit":1048576}}""", "memory limit: this host has no memory controller among its cgroups")]
    [InlineData("""{"memory":{"swap":1048576}}""", "memory+swap limit: this host has no memory controller among its cgroups")]
    public void A_missing_controller_is_named_with_the_limit(string json, string expected) =>
        Assert.Equal(expected, WritesOf.Refusal(json, CgroupVersion.None));

    [Fact]
    public void A_missing_controller_matters_only_when_a_limit_is_asked_for() =>
        Assert.Empty(WritesOf.Plan("""{"memory":{"limit":-1},"pids":{"limit":-1},"cpu":{"shares":0}}""", _ => CgroupVersion.None).Writes);

    [Theory]
    [InlineData("""{"memory":{"limit":4096,"swap":1024}}""")]
    [InlineData("""{"memory":{"limit":-2}}""")]
    [InlineData("""{"memory":{"swappiness":101}}""")]
    public void Limits_that_make_no_sense_are_refused(string json)
    {
        WritesOf.Refusal(json, CgroupVersion.V1);
        WritesOf.Refusal(json, CgroupVersion.V2);
    }

    [Fact]
    public void A_swap_limit_alone_is_refused_on_version_2() =>
        Assert.Contains(
            "needs a memory limit",
            WritesOf.Refusal("""{"memory":{"swap":4096}}""", CgroupVersion.V2),
            StringComparison.Ordinal
        );
}
