using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

public sealed class PreviousValueTests
{
    [Theory]
    [InlineData("memory.max", "max", "1048576", "max")]
    [InlineData("cpu.max", "max 100000", "50000 100000", "max 100000")]
    [InlineData("cpuset.cpus", "0-3", "0", "0-3")]
    [InlineData("pids.max", "33", "max", "33")]
    public void The_text_of_a_file_with_one_value_is_written_back(string file, string text, string written, string expected) =>
        Assert.Equal(expected, PreviousValue.Of(file, text, written));

    [Fact]
    public void An_empty_cpuset_is_cleared_by_a_line_since_an_empty_write_is_none() =>
        Assert.Equal("\n", PreviousValue.Of("cpuset.cpus", "", "0"));

    [Theory]
    [InlineData("io.max", "8:0 rbps=1 wbps=max riops=max wiops=max", "8:0 rbps=5", "8:0 rbps=1 wbps=max riops=max wiops=max")]
    [InlineData("io.max", "8:16 rbps=1", "8:0 rbps=5 wiops=7", "8:0 rbps=max wiops=max")]
    [InlineData("io.max", "", "8:0 rbps=5", "8:0 rbps=max")]
    [InlineData("rdma.max", "mlx4_0 hca_handle=max hca_object=3", "mlx4_0 hca_handle=2", "mlx4_0 hca_handle=max hca_object=3")]
    [InlineData("io.weight", "default 100\n8:0 50", "200", "default 100")]
    [InlineData("io.bfq.weight", "default 100\n8:0 50", "8:0 70", "8:0 50")]
    [InlineData("io.bfq.weight", "default 100", "8:0 70", "8:0 default")]
    [InlineData("io.bfq.weight", "100", "300", "100")]
    [InlineData("blkio.throttle.read_bps_device", "8:1 4\n8:0 1024", "8:0 2048", "8:0 1024")]
    [InlineData("blkio.throttle.read_bps_device", "8:1 4", "8:0 2048", "8:0 0")]
    [InlineData("net_prio.ifpriomap", "lo 0\neth0 5", "eth0 7", "eth0 5")]
    public void A_device_gets_its_own_line_back(string file, string text, string written, string expected) =>
        Assert.Equal(expected, PreviousValue.Of(file, text, written));

    [Fact]
    public void The_OOM_killers_switch_stands_among_counters() =>
        Assert.Equal("0", PreviousValue.Of("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3", "1"));
}
