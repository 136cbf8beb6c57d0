using Conex.Engine.Containers;

namespace Conex.Engine.Execs;

/// <summary>A process to add to a running container.</summary>
public sealed record ExecConfiguration
{
    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary><c>NAME=value</c>, over the container's.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary><c>user[:group]</c>; empty: the container's.</summary>
    public string User { get; init; } = "";

    /// <summary>Empty: the container's.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Whether it gets all capabilities.</summary>
    public bool Privileged { get; init; }

    public bool Terminal { get; init; }

    public TerminalSize? ConsoleSize { get; init; }

    public bool AttachStdin { get; init; }

    public bool AttachStdout { get; init; }

    public bool AttachStderr { get; init; }

    public string DetachKeys { get; init; } = "";
}

/// <summary>An exec at one moment.</summary>
public sealed record ExecDetails
{
    public required string Id { get; init; }

    public required string ContainerId { get; init; }

    public required ExecConfiguration Configuration { get; init; }

    public bool IsRunning { get; init; }

    /// <summary>Null until it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>As the host numbers it; 0 when none runs.</summary>
    public int Pid { get; init; }
}
