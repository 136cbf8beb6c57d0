namespace Conex.Bench;

/// <summary>One run.</summary>
/// <param name="Wall">Milliseconds from start to end.</param>
/// <param name="Cpu">Milliseconds of processor time.</param>
/// <param name="PeakKilobytes">The largest resident set of the process or one of its children.</param>
internal readonly record struct Sample(double Wall, double Cpu, long PeakKilobytes, int ExitCode);
