using Conex.Linux.Cgroups.Devices;
using CsCheck;

namespace Conex.Linux.Tests.Cgroups.Devices;

public sealed class DeviceProgramTests
{
    private static readonly DeviceAccess[] Accesses = [DeviceAccess.MakeNode, DeviceAccess.Read, DeviceAccess.Write];

    // Few numbers, so that rules and devices often meet; the last has the sign bit of an instruction's constant.
    private static readonly Gen<uint> GenNumber = Gen.OneOf(0U, 1U, 3U, 0xffffffffU);
    private static readonly Gen<DeviceAccess> GenAccess = Gen.Int[0, 7].Select(a => (DeviceAccess)a);
    private static readonly Gen<DeviceRule> GenRule = Gen.Select(
        Gen.Bool,
        Gen.OneOf(DeviceKind.Block, DeviceKind.Character, DeviceKind.All),
        GenNumber.Nullable(),
        GenNumber.Nullable(),
        GenAccess,
        (allow, kind, major, minor, access) => new DeviceRule(allow, kind, major, minor, access)
    );

    [Fact]
    public void A_program_decides_as_reading_the_rules_one_by_one_does() =>
        Gen.Select(
                GenRule.Array[0, 12],
                Gen.OneOf(DeviceKind.Block, DeviceKind.Character),
                GenNumber,
                GenNumber,
                Gen.Int[1, 7].Select(a => (DeviceAccess)a)
            )
            .Sample(
                (rules, kind, major, minor, access) =>
                    BpfInterpreter.Run(DeviceProgram.Compile(rules), kind, major, minor, access)
                    == Accesses.All(one => !access.HasFlag(one) || Allows(rules, kind, major, minor, one)),
                iter: 20_000
            );

    [Fact]
    public void Without_rules_every_device_is_denied() =>
        Assert.False(BpfInterpreter.Run(DeviceProgram.Compile([]), DeviceKind.Character, 1, 3, DeviceAccess.Read));

    [Fact]
    public void Denying_one_access_also_denies_asking_for_it_together_with_another()
    {
        BpfInstruction[] program = DeviceProgram.Compile([
            new(Allow: true, DeviceKind.All, null, null, DeviceAccess.All),
            new(Allow: false, DeviceKind.Character, 1, 3, DeviceAccess.Write),
        ]);

        Assert.True(BpfInterpreter.Run(program, DeviceKind.Character, 1, 3, DeviceAccess.Read));
        Assert.False(BpfInterpreter.Run(program, DeviceKind.Character, 1, 3, DeviceAccess.Read | DeviceAccess.Write));
    }

    [Fact]
    public void Nothing_follows_a_rule_for_everything()
    {
        BpfInstruction[] program = DeviceProgram.Compile([
            new(Allow: true, DeviceKind.Character, 1, 3, DeviceAccess.All),
            new(Allow: true, DeviceKind.All, null, null, DeviceAccess.All),
        ]);

        Assert.Equal(8, program.Length);
    }

    private static bool Allows(DeviceRule[] rules, DeviceKind kind, uint major, uint minor, DeviceAccess access)
    {
        bool allowed = false;
        foreach (DeviceRule rule in rules)
        {
            bool covers =
                rule.Kind.HasFlag(kind) && (rule.Major ?? major) == major && (rule.Minor ?? minor) == minor && rule.Access.HasFlag(access);
            allowed = covers ? rule.Allow : allowed;
        }
        return allowed;
    }
}
