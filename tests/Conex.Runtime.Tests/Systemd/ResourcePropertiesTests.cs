using System.Text;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Systemd;

namespace Conex.Runtime.Tests.Systemd;

public sealed class ResourcePropertiesTests
{
    [Theory]
    [InlineData("""{"memory":{"limit":100,"reservation":50,"swap":130}}""", "MemoryMax=t 100; MemoryLow=t 50; MemorySwapMax=t 30")]
    [InlineData("""{"memory":{"limit":-1}}""", "MemoryMax=t 18446744073709551615; MemorySwapMax=t 18446744073709551615")]
    [InlineData("""{"memory":{"limit":0,"swap":0}}""", "")]
    [InlineData("""{"cpu":{"shares":1024}}""", "CPUWeight=t 100")]
    [InlineData("""{"cpu":{"shares":1024,"idle":1}}""", "CPUWeight=t 0")]
    [InlineData("""{"cpu":{"quota":50000,"period":200000}}""", "CPUQuotaPeriodUSec=t 200000; CPUQuotaPerSecUSec=t 250000")]
    [InlineData("""{"cpu":{"quota":50000}}""", "CPUQuotaPerSecUSec=t 500000")]
    [InlineData("""{"cpu":{"quota":-1}}""", "CPUQuotaPerSecUSec=t 18446744073709551615")]
    [InlineData("""{"cpu":{"cpus":"0,3-4,9","mems":"0"}}""", "AllowedCPUs=ay 1902; AllowedMemoryNodes=ay 01")]
    [InlineData("""{"pids":{"limit":7}}""", "TasksMax=t 7")]
    [InlineData("""{"pids":{"limit":-1}}""", "TasksMax=t 18446744073709551615")]
    [InlineData("""{"pids":{}}""", "")]
    [InlineData("""{"blockIO":{"weight":10}}""", "IOWeight=t 1")]
    [InlineData(
        """{"unified":{"memory.high":"5","pids.max":"max","cpu.max":"100 1000","cpuset.cpus":"1","memory.oom.group":"1"}}""",
        "MemoryHigh=t 5; TasksMax=t 18446744073709551615; CPUQuotaPeriodUSec=t 1000; CPUQuotaPerSecUSec=t 100000; AllowedCPUs=ay 02"
    )]
    public void A_limit_is_a_property_of_the_unit(string json, string expected) =>
        Assert.Equal(expected, string.Join("; ", ResourceProperties.From(Parse(json))));

    [Theory]
    [InlineData("x")]
    [InlineData("0-")]
    [InlineData("1-2-3")]
    [InlineData("99999")]
    [InlineData("-1")]
    public void A_list_of_CPUs_that_is_none_is_refused(string list) =>
        Assert.Throws<InvalidSpecException>(() => ResourceProperties.From(Parse($$$"""{"cpu":{"cpus":"{{{list}}}"}}""")));

    [Fact]
    public void Denied_devices_are_a_strict_list_that_replaces_the_one_before()
    {
        string text = Devices("""[{"allow":false,"access":"rwm"},{"allow":true,"type":"b","major":8,"minor":1,"access":"r"}]""");

        Assert.StartsWith("DevicePolicy=s strict; DeviceAllow=a(ss) ; DeviceAllow=a(ss) ", text, StringComparison.Ordinal);
        Assert.Contains("/dev/block/8:1 rm", text, StringComparison.Ordinal);
        Assert.Contains("/dev/char/1:3 rwm", text, StringComparison.Ordinal);
        Assert.Contains("char-pts rwm", text, StringComparison.Ordinal);
        Assert.Contains("block-* m, char-* m", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"allow":true,"access":"rwm"}]""")]
    [InlineData("""[{"allow":true,"type":"c","major":4,"access":"rw"},{"allow":false,"type":"c","major":4,"minor":1,"access":"w"}]""")]
    public void Rules_that_systemd_has_no_words_for_are_left_to_the_runtimes_own_program(string rules) =>
        Assert.Equal("DevicePolicy=s auto; DeviceAllow=a(ss) ", Devices(rules));

    private static string Devices(string rules) =>
        string.Join("; ", ResourceProperties.FromDevices(Parse($$"""{"devices":{{rules}}}""").Devices));

    private static LinuxResources Parse(string json) => LinuxResources.Parse(Encoding.UTF8.GetBytes(json));
}
