using Conex.Linux.Cgroups;
using Conex.Runtime.Resources;
using CsCheck;

namespace Conex.Runtime.Tests.Resources;

public sealed class CpuWritesTests
{
    private const string All =
        """{"cpu":{"shares":512,"quota":50000,"period":200000,"burst":1000,"cpus":"0-1","mems":"0","realtimePeriod":1000000,"realtimeRuntime":5000}}""";

    [Fact]
    public void Version_1_writes_each_limit_to_its_file() =>
        Assert.Equal(
            [
                "cpu cpu.shares = 512",
                "cpu cpu.cfs_period_us = 200000",
                "cpu cpu.cfs_burst_us = 1000",
                "cpu cpu.cfs_quota_us = 50000",
                "cpu cpu.rt_period_us = 1000000",
                "cpu cpu.rt_runtime_us = 5000",
                "cpuset cpuset.cpus = 0-1",
                "cpuset cpuset.mems = 0",
            ],
            WritesOf.Legacy(All)
        );

    [Fact]
    public void Version_2_writes_quota_and_period_in_one_line_and_has_no_real_time_limits()
    {
        ResourceWrites plan = WritesOf.Plan(All, CgroupVersion.V2);

        Assert.Equal(
            [
                "cpu cpu.weight = 59",
                "cpu cpu.max.burst = 1000",
                "cpu cpu.max = 50000 200000",
                "cpuset cpuset.cpus = 0-1",
                "cpuset cpuset.mems = 0",
            ],
            plan.Writes.Select(w => w.ToString())
        );
        Assert.Single(plan.Warnings);
    }

    [Theory]
    [InlineData("""{"cpu":{"quota":20000}}""", "cpu cpu.max = 20000")]
    [InlineData("""{"cpu":{"quota":-1}}""", "cpu cpu.max = max")]
    [InlineData("""{"cpu":{"period":50000}}""", "cpu cpu.max = max 50000")]
    public void A_quota_without_a_period_keeps_the_period(string json, string expected) => Assert.Equal([expected], WritesOf.Unified(json));

    [Fact]
    public void An_idle_cgroup_gets_no_weight()
    {
        Assert.Equal(["cpu cpu.idle = 1"], WritesOf.Unified("""{"cpu":{"idle":1,"shares":512}}"""));
        Assert.Equal(["cpu cpu.idle = 1"], WritesOf.Legacy("""{"cpu":{"idle":1,"shares":512}}"""));
    }

    [Fact]
    public void A_cgroup_stops_being_idle_before_it_gets_a_weight() =>
        Assert.Equal(["cpu cpu.idle = 0", "cpu cpu.shares = 512"], WritesOf.Legacy("""{"cpu":{"idle":0,"shares":512}}"""));

    [Theory]
    [InlineData("""{"cpu":{"shares":1}}""")]
    [InlineData("""{"cpu":{"idle":2}}""")]
    public void Limits_that_make_no_sense_are_refused(string json) => WritesOf.Refusal(json, CgroupVersion.V1);

    [Fact]
    public void A_missing_controller_is_named_with_the_limit()
    {
        Assert.StartsWith(
            "CPU quota: this host has no cpu ",
            WritesOf.Refusal("""{"cpu":{"quota":1000}}""", CgroupVersion.None),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "CPUs: this host has no cpuset ",
            WritesOf.Refusal("""{"cpu":{"cpus":"0"}}""", CgroupVersion.None),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1024, 100)]
    [InlineData(262144, 10000)]
    [InlineData(ulong.MaxValue, 10000)]
    public void Least_usual_and_most_shares_are_least_usual_and_most_weight(ulong shares, ulong weight) =>
        Assert.Equal(weight, CpuWeight.FromShares(shares));

    [Fact]
    public void More_shares_never_weigh_less() =>
        Gen.Select(Gen.ULong[1, 300_000], Gen.ULong[0, 1000])
            .Sample(
                (shares, more) =>
                    CpuWeight.FromShares(shares) is >= 1 and <= 10000 and var weight && weight <= CpuWeight.FromShares(shares + more)
            );
}
