namespace Conex.EndToEnd.Tests.Vm;

/// <summary>A boot with version 2 alone, with the tests of tests/vm/guest.</summary>
public sealed class UnifiedMachine : IDisposable
{
    private readonly VirtualMachine machine = BootQueue.Take(VirtualMachine.Unified);

    /// <inheritdoc cref="VirtualMachine.NamesIn"/>
    public static TheoryData<string> Names() => VirtualMachine.NamesIn(".");

    /// <inheritdoc cref="VirtualMachine.Verify"/>
    internal void Verify(string name) => machine.Verify(name);

    public void Dispose() => machine.Dispose();
}
