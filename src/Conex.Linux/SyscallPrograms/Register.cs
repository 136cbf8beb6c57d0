namespace Conex.Linux.SyscallPrograms;

/// <summary>A cell of a program that holds one call's result, or a value that the starter of the program puts in.</summary>
public readonly record struct Register(int Index);
