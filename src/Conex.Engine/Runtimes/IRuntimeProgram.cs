using Conex.Linux.Mounts;

namespace Conex.Engine.Runtimes;

/// <summary>What the engine asks of <c>conex-runtime</c>. Tests put a monitor of their own in its place.</summary>
public interface IRuntimeProgram
{
    /// <summary>Starts a monitor and returns once it listens on its socket.</summary>
    /// <exception cref="Errors.StartFailedException">The program cannot be started, or ended before it listened.</exception>
    Task<IMonitorProcess> StartMonitorAsync(MonitorLaunch launch, CancellationToken cancellationToken);

    /// <summary>Ends everything in a container's cgroup and removes what the runtime knows of it; a container it does not know is no error.</summary>
    Task DeleteAsync(string id);

    /// <summary>Lets all processes of a container stand still.</summary>
    /// <exception cref="Errors.RuntimeException">The host has no freezer, or the container does not run.</exception>
    Task PauseAsync(string id);

    /// <summary>Lets them go on, if they stand still.</summary>
    /// <exception cref="Errors.RuntimeException">The runtime refused.</exception>
    Task ResumeAsync(string id);

    /// <summary>The processes of a container as the host numbers them.</summary>
    Task<IReadOnlyList<int>> ProcessesAsync(string id, CancellationToken cancellationToken);
}

/// <summary>A monitor that this engine started.</summary>
public interface IMonitorProcess
{
    /// <summary>Waits for the end and reaps the process.</summary>
    Task WaitAsync();
}

/// <summary>What a monitor is told on its command line.</summary>
public sealed record MonitorLaunch
{
    /// <summary>The number that the first of <see cref="Layers"/> has in the monitor; the others follow.</summary>
    public const int FirstLayer = 3;

    /// <summary>The container.</summary>
    public required string ContainerId { get; init; }

    /// <summary>The directory that gets <c>monitor.sock</c> and <c>exit.json</c>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>The bundle; null for an exec.</summary>
    public string? Bundle { get; init; }

    /// <summary>The process to add, a file; null for a container.</summary>
    public string? ProcessFile { get; init; }

    /// <summary>The log; null for an exec.</summary>
    public string? LogFile { get; init; }

    /// <summary>Bytes after which the log is rotated.</summary>
    public long LogMaximumSize { get; init; }

    /// <summary>How many log files are kept in all.</summary>
    public int LogMaximumFiles { get; init; }

    /// <summary>Whether standard input stays open for attached clients.</summary>
    public bool Stdin { get; init; }

    /// <summary>Whether standard input ends with the first client that leaves.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>The layers that are mounts, the top-most first: the monitor inherits their descriptors.</summary>
    public IReadOnlyList<MountHandle> Layers { get; init; } = [];
}
