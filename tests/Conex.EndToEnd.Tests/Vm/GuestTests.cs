namespace Conex.EndToEnd.Tests.Vm;

/// <summary>What only another host can show: cgroup v2 alone, systemd, AppArmor. Each test is a function in tests/vm/guest.</summary>
[Collection(VirtualMachine.Unified)]
public sealed class GuestTests(UnifiedMachine machine) : IClassFixture<UnifiedMachine>
{
    [Theory]
    [MemberData(nameof(UnifiedMachine.Names), MemberType = typeof(UnifiedMachine))]
    public void In_the_virtual_machine(string name) => machine.Verify(name);
}
