namespace Conex.Runtime.Monitors;

/// <summary>How far a monitor is.</summary>
internal enum MonitorPhase
{
    /// <summary>Nothing is started.</summary>
    Waiting,

    /// <summary>The process runs.</summary>
    Running,

    /// <summary>The process has ended; what it wrote is still being read.</summary>
    Draining,

    /// <summary>The end is recorded and told.</summary>
    Ended,
}
