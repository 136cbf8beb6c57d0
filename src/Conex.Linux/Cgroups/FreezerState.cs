namespace Conex.Linux.Cgroups;

/// <summary>Whether a cgroup's processes are stopped by the freezer.</summary>
public enum FreezerState
{
    /// <summary>They run.</summary>
    Thawed,

    /// <summary>Some are stopped, some are still on their way.</summary>
    Freezing,

    /// <summary>All are stopped.</summary>
    Frozen,
}
