using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Descriptors that the starter hands in for the hooks that the container's process runs.</summary>
/// <param name="State">The state as createContainer hooks read it; filled once the process has a number.</param>
/// <param name="StartState">The state as startContainer hooks read it.</param>
/// <param name="Output">Their standard output.</param>
/// <param name="Error">Their standard error.</param>
public sealed record HookRegisters(Register State, Register StartState, Register Output, Register Error);
