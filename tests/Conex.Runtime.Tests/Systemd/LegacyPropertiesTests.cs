using System.Text;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Systemd;

namespace Conex.Runtime.Tests.Systemd;

/// <summary>Limits as properties of a unit on a host with version 1 hierarchies.</summary>
public sealed class LegacyPropertiesTests
{
    [Theory]
    [InlineData("""{"memory":{"limit":100,"reservation":50,"swap":130}}""", "MemoryLimit=t 100")]
    [InlineData("""{"memory":{"limit":-1}}""", "MemoryLimit=t 18446744073709551615")]
    [InlineData(
        """{"cpu":{"shares":1024,"quota":50000,"period":200000}}""",
        "CPUShares=t 1024; CPUQuotaPeriodUSec=t 200000; CPUQuotaPerSecUSec=t 250000"
    )]
    [InlineData("""{"cpu":{"shares":1}}""", "CPUShares=t 2")]
    [InlineData("""{"cpu":{"cpus":"0-1","mems":"0"}}""", "AllowedCPUs=ay 03; AllowedMemoryNodes=ay 01")]
    [InlineData("""{"blockIO":{"weight":500},"pids":{"limit":7}}""", "BlockIOWeight=t 500; TasksMax=t 7")]
    public void A_limit_has_the_name_of_version_1(string json, string expected) =>
        Assert.Equal(expected, string.Join("; ", ResourceProperties.From(Parse(json), legacy: true)));

    [Theory]
    [InlineData(219, "CPUShares")]
    [InlineData(239, "CPUShares TasksMax")]
    [InlineData(242, "CPUShares CPUQuotaPeriodUSec TasksMax")]
    [InlineData(252, "CPUShares CPUQuotaPeriodUSec TasksMax AllowedCPUs")]
    public void An_old_systemd_gets_what_it_knows(int version, string expected)
    {
        var properties = ResourceProperties.From(
            Parse("""{"cpu":{"shares":9,"period":1000,"cpus":"0"},"pids":{"limit":1}}"""),
            legacy: true
        );

        Assert.Equal(expected, string.Join(' ', ResourceProperties.KnownTo(version, properties).Select(p => p.Name)));
    }

    [Theory]
    [InlineData(true, "MemoryLimit=t 5; CPUShares=t 18446744073709551615; AllowedCPUs=ay ")]
    [InlineData(false, "MemoryMax=t 5; CPUWeight=t 18446744073709551615; AllowedCPUs=ay ; MemoryLow=t 0")]
    public void What_a_refused_change_set_anew_is_unset_again(bool legacy, string expected)
    {
        var properties = ResourceProperties.Restoring(
            Parse("""{"memory":{"limit":5}}"""),
            Parse("""{"memory":{"limit":9,"reservation":3},"cpu":{"shares":2,"cpus":"1"}}"""),
            legacy
        );

        Assert.Equal(expected.Split("; ").Order(), properties.Select(p => p.ToString()).Order());
    }

    [Fact]
    public void A_rule_for_a_driver_that_is_not_there_leaves_the_others_in_the_list()
    {
        LinuxResources resources = Parse(
            """{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"b","major":4000,"access":"r"}]}"""
        );

        Assert.StartsWith("DevicePolicy=s auto", Text(legacy: false), StringComparison.Ordinal);
        Assert.StartsWith("DevicePolicy=s strict", Text(legacy: true), StringComparison.Ordinal);
        Assert.Contains("/dev/char/1:3 rwm", Text(legacy: true), StringComparison.Ordinal);

        string Text(bool legacy) => string.Join("; ", ResourceProperties.FromDevices(resources.Devices, legacy));
    }

    private static LinuxResources Parse(string json) => LinuxResources.Parse(Encoding.UTF8.GetBytes(json));
}
