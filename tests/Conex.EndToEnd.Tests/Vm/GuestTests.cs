namespace Conex.EndToEnd.Tests.Vm;

/// <summary>What only another host can show: cgroup v2 alone, systemd, AppArmor. Each test is a function in tests/vm/guest.</summary>
[Collection(VirtualMachine.OneAtATime)]
public sealed class GuestTests(VirtualMachine machine) : IClassFixture<VirtualMachine>
{
    [Theory]
    [MemberData(nameof(VirtualMachine.Names), MemberType = typeof(VirtualMachine))]
    public void In_the_virtual_machine(string name) => machine.Verify(name);
}
