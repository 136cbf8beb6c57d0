using Conex.Linux.Processes;

namespace Conex.Linux.SyscallPrograms;

/// <summary>A process that carries out a program.</summary>
/// <param name="Pid">Its number as this process sees it.</param>
/// <param name="Handle">Its pidfd.</param>
/// <param name="Memory">Where it finds its program when it shares this process's memory: for whoever knows that it left it to free. Else null.</param>
public sealed record StartedProgram(int Pid, PidHandle Handle, ProgramMemory? Memory);
