namespace Conex.Engine.Containers;

/// <summary>Where in its life a container is.</summary>
public enum ContainerStatus
{
    /// <summary>Never started, or its only starts failed.</summary>
    Created,

    /// <summary>Its process runs, or is about to.</summary>
    Running,

    /// <summary>Its process has ended.</summary>
    Exited,

    /// <summary>It is being removed.</summary>
    Removing,
}

/// <summary>The changing part of a container.</summary>
public sealed record ContainerState
{
    /// <summary>Where in its life the container is.</summary>
    public ContainerStatus Status { get; init; }

    /// <summary>The first process as the host numbers it; 0 when none runs.</summary>
    public int Pid { get; init; }

    /// <summary>The exit code of the last run, as shells count.</summary>
    public int ExitCode { get; init; }

    /// <summary>Whether the kernel killed a process of the last run for want of memory.</summary>
    public bool OomKilled { get; init; }

    /// <summary>Why the last start failed or the last run ended strangely; else empty.</summary>
    public string Error { get; init; } = "";

    /// <summary>When the last run began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last run ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Whether a process runs.</summary>
    public bool IsRunning => Status == ContainerStatus.Running;
}
