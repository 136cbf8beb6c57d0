using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Runtime.State;

/// <summary>What /proc says of a process (proc_pid_stat(5)).</summary>
/// <param name="State">R, S, D, Z …</param>
/// <param name="StartTime">Clock ticks since boot.</param>
public readonly record struct ProcessIdentity(char State, ulong StartTime)
{
    /// <summary>Whether the process has ended and only waits to be reaped.</summary>
    public bool IsDead => State is 'Z' or 'X';

    /// <summary>Reads it, or null when there is no such process.</summary>
    public static ProcessIdentity? Read(int pid)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, $"/proc/{pid}/stat", OpenMode.Read, out _);
        Span<byte> buffer = stackalloc byte[1024];
        int n = file is null ? 0 : FileIo.TryRead(file, buffer, out Errno _);
        if (n <= 0)
        {
            return null;
        }
        // The name in parentheses may hold anything: fields are counted from its last parenthesis. State is field 3, start time 22.
        ReadOnlySpan<byte> rest = buffer[..n];
        rest = rest[(rest.LastIndexOf((byte)')') + 2)..];
        char state = (char)rest[0];
        for (int field = 3; field < 22; field++)
        {
            int space = rest.IndexOf((byte)' ');
            if (space < 0)
            {
                return null;
            }
            rest = rest[(space + 1)..];
        }
        int end = rest.IndexOf((byte)' ');
        return ulong.TryParse(rest[..end], NumberStyles.None, null, out ulong start) ? new ProcessIdentity(state, start) : null;
    }
}
