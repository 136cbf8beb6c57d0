namespace Conex.Bench;

/// <summary>One run of a step.</summary>
/// <param name="Wall">Milliseconds from start to end.</param>
/// <param name="Cpu">Milliseconds of processor time.</param>
internal readonly record struct Sample(double Wall, double Cpu, int ExitCode);
