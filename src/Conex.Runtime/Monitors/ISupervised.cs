using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Runtime.Monitors;

/// <summary>The container or exec that a monitor supervises: what the monitor needs to know of launching and cgroups.</summary>
public interface ISupervised
{
    /// <summary>Whether the process has a terminal instead of three pipes.</summary>
    bool UsesTerminal { get; }

    /// <summary>Starts the process, as a child of this one, and returns once its program runs.</summary>
    /// <param name="stdin">What becomes its standard input; the monitor closes its copy. Null with a terminal, as the other two.</param>
    /// <exception cref="Errors.LaunchException">It could not be started; the message and code are for the user.</exception>
    LaunchedPayload Launch(FileHandle? stdin, FileHandle? stdout, FileHandle? stderr);

    /// <summary>Whether the kernel killed a process of it for want of memory. Asked after the end, before <see cref="CleanUp"/>.</summary>
    bool WasOomKilled();

    /// <summary>Signals every process of it.</summary>
    void SignalAll(Signal signal);

    /// <summary>Removes its cgroup and the runtime's state. Called once, whether it ran or not.</summary>
    void CleanUp();
}

/// <summary>A process that runs.</summary>
/// <param name="Pid">Its number as the host sees it.</param>
/// <param name="Process">Its pidfd; the monitor's to dispose.</param>
/// <param name="Terminal">The master side of its terminal, the monitor's to dispose; null when it has pipes.</param>
public sealed record LaunchedPayload(int Pid, PidHandle Process, FileHandle? Terminal);
