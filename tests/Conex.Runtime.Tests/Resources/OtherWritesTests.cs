using Conex.Linux.Cgroups;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

public sealed class OtherWritesTests
{
    [Theory]
    [InlineData(100, "100")]
    [InlineData(0, "1")]
    [InlineData(-1, "max")]
    public void No_processes_at_all_means_one_and_minus_one_any_number(int limit, string expected)
    {
        string json = $$$"""{"pids":{"limit":{{{limit}}}}}""";

        Assert.Equal(["pids pids.max = " + expected], WritesOf.Legacy(json));
        Assert.Equal(["pids pids.max = " + expected], WritesOf.Unified(json));
    }

    [Fact]
    public void An_absent_limit_of_processes_is_left_alone() => Assert.Empty(WritesOf.Legacy("""{"pids":{}}"""));

    [Fact]
    public void Version_1_block_io() =>
        Assert.Equal(
            [
                "blkio blkio.weight = 300",
                "blkio blkio.leaf_weight = 20",
                "blkio blkio.weight_device = 8:0 500",
                "blkio blkio.leaf_weight_device = 8:0 30",
                "blkio blkio.throttle.read_bps_device = 8:16 600",
                "blkio blkio.throttle.write_iops_device = 8:16 7",
            ],
            WritesOf.Legacy(BlockIo)
        );

    [Fact]
    public void Version_2_block_io()
    {
        ResourceWrites plan = WritesOf.Plan(BlockIo, CgroupVersion.V2);

        Assert.Equal(
            ["io io.bfq.weight = 300", "io io.bfq.weight = 8:0 500", "io io.max = 8:16 rbps=600", "io io.max = 8:16 wiops=7"],
            plan.Writes.Select(w => w.ToString())
        );
        Assert.Equal("io io.weight = 2930", plan.Writes[0].Otherwise?.ToString());
        Assert.Single(plan.Warnings);
    }

    [Fact]
    public void A_rate_of_zero_is_no_limit() =>
        Assert.Equal(
            ["io io.max = 8:0 rbps=max"],
            WritesOf.Unified("""{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":0}]}}""")
        );

    [Fact]
    public void Huge_pages_are_limited_when_used_and_when_reserved()
    {
        const string json = """{"hugepageLimits":[{"pageSize":"2MB","limit":4194304}]}""";

        Assert.Equal(
            ["hugetlb hugetlb.2MB.limit_in_bytes = 4194304", "hugetlb hugetlb.2MB.rsvd.limit_in_bytes = 4194304"],
            WritesOf.Legacy(json)
        );
        Assert.Equal(["hugetlb hugetlb.2MB.max = 4194304", "hugetlb hugetlb.2MB.rsvd.max = 4194304"], WritesOf.Unified(json));
    }

    [Fact]
    public void A_page_size_cannot_lead_out_of_the_cgroup() =>
        Assert.Contains(
            "a page size is written as",
            WritesOf.Refusal("""{"hugepageLimits":[{"pageSize":"/../../x","limit":1}]}""", CgroupVersion.V1),
            StringComparison.Ordinal
        );

    [Fact]
    public void Network_class_and_priorities_are_version_1s()
    {
        const string json = """{"network":{"classID":1048577,"priorities":[{"name":"eth0","priority":5}]}}""";

        Assert.Equal(["net_cls net_cls.classid = 1048577", "net_prio net_prio.ifpriomap = eth0 5"], WritesOf.Legacy(json));
        Assert.StartsWith("network class: this host has no net_cls ", WritesOf.Refusal(json, CgroupVersion.V2), StringComparison.Ordinal);
    }

    [Fact]
    public void Rdma_writes_what_is_limited() =>
        Assert.Equal(
            ["rdma rdma.max = mlx5_0 hca_handle=3 hca_object=10", "rdma rdma.max = mlx5_1 hca_object=4"],
            WritesOf.Unified("""{"rdma":{"mlx5_0":{"hcaHandles":3,"hcaObjects":10},"mlx5_1":{"hcaObjects":4}}}""")
        );

    [Fact]
    public void Unified_settings_come_last_one_line_at_a_time() =>
        Assert.Equal(
            [
                "pids pids.max = 5",
                "io io.max = 8:0 rbps=1",
                "io io.max = 8:16 rbps=2",
                "memory memory.high = 4096",
                "cgroup cgroup.max.depth = 2",
            ],
            WritesOf.Unified(
                """{"unified":{"io.max":"8:0 rbps=1\n8:16 rbps=2\n","memory.high":"4096","cgroup.max.depth":"2"},"pids":{"limit":5}}"""
            )
        );

    [Theory]
    [InlineData("../memory.max")]
    [InlineData("a/b.c")]
    [InlineData("memory")]
    [InlineData(".max")]
    [InlineData("")]
    [InlineData("nonesuch.max")]
    public void A_unified_key_that_is_no_file_of_a_controller_is_refused(string key) =>
        WritesOf.Refusal($$$"""{"unified":{"{{{key}}}":"1"}}""", CgroupVersion.V2);

    [Fact]
    public void Unified_settings_are_refused_on_version_1()
    {
        Assert.Contains(
            "no cgroup v2",
            WritesOf.Refusal("""{"unified":{"memory.high":"1"}}""", CgroupVersion.V1),
            StringComparison.Ordinal
        );
        Assert.Empty(WritesOf.Legacy("""{"unified":{}}"""));
    }

    [Fact]
    public void On_a_hybrid_host_each_limit_goes_where_its_controller_is() =>
        Assert.Equal(
            ["memory memory.limit_in_bytes = 4096", "hugetlb hugetlb.2MB.max = 0", "hugetlb hugetlb.2MB.rsvd.max = 0"],
            WritesOf
                .Plan(
                    """{"memory":{"limit":4096},"hugepageLimits":[{"pageSize":"2MB","limit":0}]}""",
                    controller => controller == "hugetlb" ? CgroupVersion.V2 : CgroupVersion.V1
                )
                .Writes.Select(w => w.ToString())
        );

    private const string BlockIo = """
        {"blockIO":{"weight":300,"leafWeight":20,"weightDevice":[{"major":8,"minor":0,"weight":500,"leafWeight":30}],
         "throttleReadBpsDevice":[{"major":8,"minor":16,"rate":600}],"throttleWriteIOPSDevice":[{"major":8,"minor":16,"rate":7}]}}
        """;
}
