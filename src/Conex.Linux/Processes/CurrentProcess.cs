using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>Facts and settings of this process.</summary>
public static class CurrentProcess
{
    /// <summary>The effective user; 0 is root.</summary>
    public static uint EffectiveUser => Libc.geteuid();

    /// <summary>The effective group.</summary>
    public static uint EffectiveGroup => Libc.getegid();

    /// <summary>Whether setuid bits and file capabilities give this process and what it executes nothing (PR_SET_NO_NEW_PRIVS, prctl(2)).</summary>
    public static bool HasNoNewPrivileges
    {
        get
        {
            const int PR_GET_NO_NEW_PRIVS = 39;
            return Libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
        }
    }

    /// <summary>Starts a session of its own, without a controlling terminal.</summary>
    /// <exception cref="KernelException">setsid(2) refused: this process leads a group already.</exception>
    public static void NewSession() => KernelCall.Check(Libc.setsid(), "start a session");

    /// <summary>Sets the file mode creation mask and returns the one before.</summary>
    public static uint SetUmask(uint mask) => Libc.umask(mask);

    /// <summary>The directory that holds this program's file, without a slash at the end.</summary>
    /// <exception cref="KernelException">/proc is not there.</exception>
    public static string ProgramDirectory
    {
        get
        {
            string path = PathAt.ReadLink(PathAt.Current, "/proc/self/exe");
            return path[..Math.Max(path.LastIndexOf('/'), 0)];
        }
    }

    /// <summary>The environment as execve(2) takes it.</summary>
    internal static List<string> EnvironmentLines()
    {
        List<string> lines = [];
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            lines.Add($"{entry.Key}={entry.Value}");
        }
        return lines;
    }
}
