using Conex.Linux.Errors;
using Conex.Linux.Processes;

namespace Conex.Linux.SyscallPrograms;

/// <summary>The report of a child whose program ended at an error.</summary>
/// <param name="Instruction">Its index in the program.</param>
/// <param name="Log">The kernel's own words (the file system context's log), or empty.</param>
public readonly record struct ProgramFailure(int Instruction, Errno Error, string Log)
{
    /// <summary>The first byte of a report, which tells it from the other messages on a channel.</summary>
    public const byte Marker = (byte)'E';

    /// <summary>How a program that the child ran ended, when that is the failure; else null.</summary>
    public ExitStatus? Ended =>
        (int)Error switch
        {
            >= Operation.EndedBase + 256 and var error => new ExitStatus(0, (Signal)(error - Operation.EndedBase - 256)),
            >= Operation.EndedBase and var error => new ExitStatus(error - Operation.EndedBase, Signal.None),
            _ => null,
        };

    /// <summary>Reads a report as the interpreter writes it.</summary>
    /// <returns>False when the message is something else.</returns>
    public static bool TryParse(ReadOnlySpan<byte> message, out ProgramFailure failure)
    {
        failure = default;
        if (message.Length < SyscallInterpreter.ReportHeader || message[0] != Marker)
        {
            return false;
        }
        ReadOnlySpan<byte> log = message[SyscallInterpreter.ReportHeader..];
        failure = new ProgramFailure(
            BitConverter.ToInt32(message[4..]),
            (Errno)BitConverter.ToInt32(message[8..]),
            System.Text.Encoding.UTF8.GetString(log).Trim()
        );
        return true;
    }
}
