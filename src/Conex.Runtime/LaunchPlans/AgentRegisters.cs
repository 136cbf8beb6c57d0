using Conex.Linux.SyscallPrograms;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Descriptors that the starter hands in where a seccomp filter notifies an agent.</summary>
/// <param name="Socket">The connection to the agent.</param>
/// <param name="Message">The container's process state; filled once the process has a number.</param>
public sealed record AgentRegisters(Register Socket, Register Message);
