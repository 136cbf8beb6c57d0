using Conex.Linux.Cgroups.Devices;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

public sealed class DeviceRulesTests
{
    [Fact]
    public void The_default_devices_come_last_and_so_cannot_be_denied() =>
        Assert.Equal(
            [
                "b 8:0 r",
                "a *:* m",
                "c 1:3 rwm",
                "c 1:5 rwm",
                "c 1:7 rwm",
                "c 1:8 rwm",
                "c 1:9 rwm",
                "c 5:0 rwm",
                "c 5:2 rwm",
                "c 136:* rwm",
            ],
            DeviceRules
                .From([
                    new LinuxDeviceRule
                    {
                        Allow = true,
                        Type = "b",
                        Major = 8,
                        Minor = 0,
                        Access = "r",
                    },
                ])
                .Select(r => r.ToString())
        );

    [Fact]
    public void A_rule_without_type_and_numbers_is_for_every_device() =>
        Assert.True(DeviceRules.From([new LinuxDeviceRule { Allow = false, Access = "rwm" }])[0].IsEverything);

    [Fact]
    public void Minus_one_is_any_number() =>
        Assert.Equal(
            new DeviceRule(Allow: true, DeviceKind.Character, Major: 10, Minor: null, DeviceAccess.Read | DeviceAccess.Write),
            DeviceRules.From([
                new LinuxDeviceRule
                {
                    Allow = true,
                    Type = "c",
                    Major = 10,
                    Minor = -1,
                    Access = "wr",
                },
            ])[0]
        );

    [Theory]
    [InlineData("p", "r")]
    [InlineData("c", "rx")]
    [InlineData("c", "")]
    [InlineData("c", null)]
    public void A_rule_that_makes_no_sense_is_refused(string type, string? access) =>
        Assert.Throws<InvalidSpecException>(() =>
            DeviceRules.From([
                new LinuxDeviceRule
                {
                    Allow = true,
                    Type = type,
                    Access = access,
                },
            ])
        );
}
