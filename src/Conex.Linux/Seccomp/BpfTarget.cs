namespace Conex.Linux.Seccomp;

/// <summary>Where a jump of a filter leads: to an instruction, or out of the filter with an action.</summary>
/// <remarks>An instruction is named by its distance from the program's end, which is known while the program grows at its front.</remarks>
internal readonly record struct BpfTarget
{
    private readonly long _value;

    private BpfTarget(long value) => _value = value;

    internal static BpfTarget Instruction(int fromEnd) => new(~(long)fromEnd);

    internal static BpfTarget Return(SeccompAction action) => new(action.ReturnValue);

    internal bool IsReturn => _value >= 0;

    internal uint ReturnValue => (uint)_value;

    internal int FromEnd => (int)~_value;
}
