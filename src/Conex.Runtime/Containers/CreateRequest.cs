using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Containers;

/// <summary>What creating a container is told.</summary>
public sealed record CreateRequest
{
    public required string Id { get; init; }

    /// <summary>The configuration and the root file system.</summary>
    public required Bundle Bundle { get; init; }

    /// <summary>What the process waits for before it becomes the payload.</summary>
    public StartGate Gate { get; init; }

    /// <summary>Standard input, output and error; null: this process's own. Not used with a terminal.</summary>
    public (FileHandle Input, FileHandle Output, FileHandle Error)? Stdio { get; init; }

    /// <summary>Whether the container ends when this process does.</summary>
    public bool DieWithParent { get; init; }

    /// <summary>The signals that this process has handlers for.</summary>
    public IReadOnlyList<Signal> CaughtSignals { get; init; } = [];

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    /// <summary>How many descriptors from 3 on the payload inherits, after those of <see cref="Activation"/>.</summary>
    public int PreservedDescriptors { get; init; }

    /// <summary>Listening sockets from 3 on that the payload is told of (sd_listen_fds(3)).</summary>
    public SocketActivation Activation { get; init; }

    /// <summary>The host's socket for readiness, which the container gets a proxy of (sd_notify(3)); null without one.</summary>
    public string? NotifySocket { get; init; }
}
