using System.Text;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

public sealed class ResourceMergeTests
{
    [Fact]
    public void What_a_change_does_not_name_stays() =>
        Assert.Equal(
            """{"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":9,"swap":7},"cpu":{"shares":5,"quota":-1,"cpus":"0"},"pids":{"limit":3}}""",
            Merge(
                """{"devices":[{"allow":false,"access":"rwm"}],"memory":{"limit":8,"swap":7},"cpu":{"shares":5,"quota":10},"pids":{"limit":3}}""",
                """{"devices":[],"memory":{"limit":9,"swap":0},"cpu":{"quota":-1,"shares":0,"cpus":"0"},"pids":{}}"""
            )
        );

    [Fact]
    public void A_device_or_a_page_size_is_replaced_and_the_others_stay() =>
        Assert.Equal(
            """{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":1,"rate":2},{"major":8,"minor":0,"rate":9}]},"hugepageLimits":[{"pageSize":"1GB","limit":1},{"pageSize":"2MB","limit":5}],"unified":{"a.b":"1","c.d":"3"}}""",
            Merge(
                """{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":1},{"major":8,"minor":1,"rate":2}]},"hugepageLimits":[{"pageSize":"2MB","limit":4},{"pageSize":"1GB","limit":1}],"unified":{"a.b":"1","c.d":"2"}}""",
                """{"blockIO":{"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":9}]},"hugepageLimits":[{"pageSize":"2MB","limit":5}],"unified":{"c.d":"3"}}"""
            )
        );

    [Theory]
    [InlineData("""{"cpu":{"quota":10,"period":20}}""", """{"cpu":{"period":40}}""", """{"cpu":{"quota":10,"period":40}}""")]
    [InlineData("""{"cpu":{"quota":10,"period":20}}""", """{"cpu":{"quota":15}}""", """{"cpu":{"quota":15,"period":20}}""")]
    [InlineData("""{"cpu":{"quota":10,"period":20}}""", """{"cpu":{"shares":15}}""", """{"cpu":{"shares":15}}""")]
    [InlineData("""{"memory":{"limit":10}}""", """{"memory":{"swap":30}}""", """{"memory":{"limit":10,"swap":30}}""")]
    [InlineData("""{"memory":{"limit":10}}""", """{"memory":{"swap":-1}}""", """{"memory":{"swap":-1}}""")]
    public void A_change_brings_what_belongs_to_it(string before, string change, string expected) =>
        Assert.Equal(expected, Text(ResourceMerge.Complete(Parse(before), Parse(change))));

    private static string Merge(string before, string change) => Text(ResourceMerge.Merge(Parse(before), Parse(change)));

    private static LinuxResources Parse(string json) => LinuxResources.Parse(Encoding.UTF8.GetBytes(json));

    private static string Text(LinuxResources resources) => Encoding.UTF8.GetString(resources.ToUtf8Json());
}
