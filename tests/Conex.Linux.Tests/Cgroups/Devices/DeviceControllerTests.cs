using Conex.Linux.Cgroups;
using Conex.Linux.Cgroups.Devices;

namespace Conex.Linux.Tests.Cgroups.Devices;

public sealed class DeviceControllerTests
{
    private const string OpenZeroAndNull = "(: </dev/zero) 2>&- && printf zero; (: </dev/null) 2>&- && printf ' null'";

    private static readonly DeviceRule Null = new(Allow: true, DeviceKind.Character, 1, 3, DeviceAccess.All);
    private static readonly DeviceRule Zero = new(Allow: true, DeviceKind.Character, 1, 5, DeviceAccess.Read);

    public static TheoryData<CgroupMode> Modes => [CgroupMode.V1, CgroupMode.V2];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Only_allowed_devices_can_be_opened(CgroupMode mode)
    {
        using var test = new TestCgroup(Host(mode));
        Assert.Equal("zero null", test.Run(OpenZeroAndNull));

        DeviceController.Apply(test.Group, [Null]);

        Assert.Equal("null", test.Run(OpenZeroAndNull));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void New_rules_replace_the_old_ones(CgroupMode mode)
    {
        using var test = new TestCgroup(Host(mode));
        DeviceController.Apply(test.Group, [Zero]);
        Assert.Equal("zero", test.Run(OpenZeroAndNull));

        DeviceController.Apply(test.Group, [Null]);
        Assert.Equal("null", test.Run(OpenZeroAndNull));
        DeviceController.Apply(test.Group, [Null, Zero]);
        Assert.Equal("zero null", test.Run(OpenZeroAndNull));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_later_rule_wins(CgroupMode mode)
    {
        using var test = new TestCgroup(Host(mode));

        DeviceController.Apply(
            test.Group,
            [new(Allow: true, DeviceKind.All, null, null, DeviceAccess.All), Zero with { Allow = false, Access = DeviceAccess.All }]
        );

        Assert.Equal("null", test.Run(OpenZeroAndNull));
    }

    [Fact]
    public void The_version_1_list_holds_what_the_rules_leave()
    {
        using var test = new TestCgroup(Host(CgroupMode.V1));
        DeviceRule serial = new(Allow: true, DeviceKind.Character, 4, 64, DeviceAccess.All);

        DeviceController.Apply(
            test.Group,
            [
                new(Allow: true, DeviceKind.All, null, null, DeviceAccess.All),
                new(Allow: false, DeviceKind.All, null, null, DeviceAccess.All),
                serial,
                serial with
                {
                    Allow = false,
                    Minor = null,
                    Access = DeviceAccess.Write,
                },
                new(Allow: true, DeviceKind.Block, null, null, DeviceAccess.MakeNode),
                Null,
            ]
        );

        Assert.Equal(["b *:* m", "c 1:3 rwm", "c 4:64 rm"], List(test.Group));

        DeviceController.Apply(test.Group, [Null with { Access = DeviceAccess.Read }, Zero]);
        Assert.Equal(["c 1:3 r", "c 1:5 r"], List(test.Group));
    }

    [Fact]
    public void A_rule_that_takes_back_a_part_of_a_broader_one_is_refused_on_version_1()
    {
        using var test = new TestCgroup(Host(CgroupMode.V1));

        CgroupException refusal = Assert.Throws<CgroupException>(() =>
            DeviceController.Apply(test.Group, [Null with { Minor = null }, Zero with { Allow = false }])
        );

        Assert.Equal("device rule deny c 1:5 r: cgroup v1 cannot take back a part of the broader rule c 1:* rwm", refusal.Message);
    }

    private static string[] List(Cgroup cgroup) => [.. cgroup.Read("devices", "devices.list").Split('\n').Order(StringComparer.Ordinal)];

    private static CgroupHost Host(CgroupMode mode)
    {
        CgroupHost host = TestCgroup.Host(mode);
        Assert.SkipWhen(mode == CgroupMode.V1 && host.Find("devices") is null, "this machine has no devices controller of version 1");
        return host;
    }
}
