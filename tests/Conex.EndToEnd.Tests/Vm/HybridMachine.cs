namespace Conex.EndToEnd.Tests.Vm;

/// <summary>A boot with version 1 hierarchies and a version 2 tree under systemd, with the tests of tests/vm/guest/hybrid.</summary>
public sealed class HybridMachine : IDisposable
{
    private readonly VirtualMachine machine = BootQueue.Take(VirtualMachine.Hybrid);

    /// <inheritdoc cref="VirtualMachine.NamesIn"/>
    public static TheoryData<string> Names() => VirtualMachine.NamesIn("hybrid");

    /// <inheritdoc cref="VirtualMachine.Verify"/>
    internal void Verify(string name) => machine.Verify(name);

    public void Dispose() => machine.Dispose();
}
