namespace Conex.Linux.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; 0 when a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or <see cref="Signal.None"/>.</param>
public readonly record struct ExitStatus(int Code, Signal Signal)
{
    /// <summary>The code as shells count: 128 + signal for a process that a signal ended.</summary>
    public int ShellCode => Signal == Signal.None ? Code : 128 + (int)Signal;
}
