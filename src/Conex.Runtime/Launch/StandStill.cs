using Conex.Linux.Cgroups;
using Conex.Runtime.State;

namespace Conex.Runtime.Launch;

/// <summary>Why a process that should go on stands still, so that nobody has to wait until the time is up.</summary>
internal static class StandStill
{
    /// <returns>Null when nothing keeps it from going on.</returns>
    internal static string? Reason(int pid, Cgroup? cgroup) =>
        cgroup?.FreezerState is FreezerState.Frozen or FreezerState.Freezing ? $"its cgroup {cgroup.Path} is frozen"
        : ProcessIdentity.Read(pid) is { State: 'T' } ? $"process {pid} was stopped by a signal (SIGCONT lets it go on)"
        : null;
}
