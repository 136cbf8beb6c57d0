namespace Conex.EndToEnd.Tests.Vm;

/// <summary>What only a host with systemd on cgroup version 1 can show. Each test is a function in tests/vm/guest/hybrid.</summary>
[Collection(VirtualMachine.Hybrid)]
public sealed class HybridGuestTests(HybridMachine machine) : IClassFixture<HybridMachine>
{
    [Theory]
    [MemberData(nameof(HybridMachine.Names), MemberType = typeof(HybridMachine))]
    public void In_the_virtual_machine(string name) => machine.Verify(name);
}
