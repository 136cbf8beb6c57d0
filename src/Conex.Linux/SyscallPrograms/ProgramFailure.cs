using Conex.Linux.Errors;

namespace Conex.Linux.SyscallPrograms;

/// <summary>The report of a child whose program ended at an error.</summary>
/// <param name="Instruction">Its index in the program.</param>
/// <param name="Log">The kernel's own words (the file system context's log), or empty.</param>
public readonly record struct ProgramFailure(int Instruction, Errno Error, string Log)
{
    /// <summary>The first byte of a report, which tells it from the other messages on a channel.</summary>
    public const byte Marker = (byte)'E';

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
