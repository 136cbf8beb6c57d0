using Conex.Linux.Processes;

namespace Conex.Linux.SyscallPrograms;

/// <summary>A process that carries out a program.</summary>
/// <param name="Pid">Its number as this process sees it.</param>
/// <param name="Handle">Its pidfd.</param>
public sealed record StartedProgram(int Pid, PidHandle Handle);
