using Conex.Linux.Processes;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Processes as the host's /proc shows them.</summary>
internal static class HostProcesses
{
    internal static string[] CommandLine(int process) => LeakCheck.Read($"/proc/{process}/cmdline").TrimEnd('\0').Split('\0');

    /// <summary>What a process is called (proc_pid_comm(5)); empty when it is gone. The link to its file says nothing of the runtime, which executes
    /// itself by a descriptor.</summary>
    internal static string Program(int process) => LeakCheck.Read($"/proc/{process}/comm").TrimEnd('\n');

    /// <summary>Gone, or a zombie that its parent has not looked at yet: the last thread has ended, and with it all that was open.</summary>
    internal static bool IsGone(int process) =>
        LeakCheck.Read($"/proc/{process}/stat") is var stat
        && (stat.Length == 0 || (stat.Contains(") Z ", StringComparison.Ordinal) && ThreadsOf(process) <= 1));

    private static int ThreadsOf(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task").Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    internal static void Kill(int process)
    {
        Signals.Send(process, Signal.SIGKILL);
        Eventually.True(() => IsGone(process), $"process {process} ends");
    }
}
