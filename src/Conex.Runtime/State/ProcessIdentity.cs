using System.Globalization;
using Conex.Linux.Files;

namespace Conex.Runtime.State;

/// <summary>What /proc says of a process (proc_pid_stat(5)).</summary>
/// <param name="State">R, S, D, Z …</param>
/// <param name="HasExecuted">Whether it has come past the point in execve(2) from which there is no way back. The kernel says so before it closes what is
/// close-on-exec, and of a process that has ended too.</param>
/// <param name="StartTime">Clock ticks since boot.</param>
public readonly record struct ProcessIdentity(char State, bool HasExecuted, ulong StartTime)
{
    private const int FlagsField = 9;
    private const int StartTimeField = 22;

    /// <summary>PF_FORKNOEXEC, include/linux/sched.h.</summary>
    private const ulong ForkedOnly = 0x40;

    /// <summary>Whether the process has ended and only waits to be reaped.</summary>
    public bool IsDead => State is 'Z' or 'X';

    /// <summary>Reads it, or null when there is no such process.</summary>
    public static ProcessIdentity? Read(int pid)
    {
        using FileHandle? file = TryOpen(pid);
        return file is null ? null : Read(file);
    }

    /// <summary>Opens what <see cref="Read(FileHandle)"/> reads, or null when there is no such process. It stays about this process, whoever has its
    /// number later.</summary>
    public static FileHandle? TryOpen(int pid) => PathAt.TryOpen(PathAt.Current, $"/proc/{pid}/stat", OpenMode.Read, out _);

    /// <summary>Reads it anew, or null when the process was reaped.</summary>
    public static ProcessIdentity? Read(FileHandle file)
    {
        Span<byte> buffer = stackalloc byte[1024];
        int n = PositionedRead.TryRead(file, buffer, 0, out _);
        if (n <= 0)
        {
            return null;
        }
        // The name in parentheses may hold anything: fields are counted from its last parenthesis. State is field 3.
        ReadOnlySpan<byte> rest = buffer[..n];
        rest = rest[(rest.LastIndexOf((byte)')') + 2)..];
        char state = (char)rest[0];
        bool hasExecuted = false;
        for (int field = 3; ; field++)
        {
            int space = rest.IndexOf((byte)' ');
            if (space < 0)
            {
                return null;
            }
            if (field is FlagsField or StartTimeField)
            {
                ulong number = ulong.Parse(rest[..space], NumberStyles.None, CultureInfo.InvariantCulture);
                if (field == StartTimeField)
                {
                    return new ProcessIdentity(state, hasExecuted, number);
                }
                hasExecuted = (number & ForkedOnly) == 0;
            }
            rest = rest[(space + 1)..];
        }
    }
}
