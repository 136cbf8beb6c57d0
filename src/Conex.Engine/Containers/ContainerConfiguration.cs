namespace Conex.Engine.Containers;

/// <summary>What a container is to run. In a request, absent members mean the image's; in a record, the image's values are merged in.</summary>
public sealed record ContainerConfiguration
{
    /// <summary>The image as the user named it.</summary>
    public required string Image { get; init; }

    /// <summary>The host name inside; empty: the first twelve letters of the ID.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>The domain name inside.</summary>
    public string Domainname { get; init; } = "";

    /// <summary><c>user[:group]</c>, names or numbers; empty: the image's user, else root.</summary>
    public string User { get; init; } = "";

    /// <summary>Whether the client that created the container attached these streams; a note for inspect.</summary>
    public bool AttachStdin { get; init; }

    /// <inheritdoc cref="AttachStdin"/>
    public bool AttachStdout { get; init; }

    /// <inheritdoc cref="AttachStdin"/>
    public bool AttachStderr { get; init; }

    /// <summary>Whether the process gets a terminal.</summary>
    public bool Terminal { get; init; }

    /// <summary>Whether standard input is kept open.</summary>
    public bool OpenStdin { get; init; }

    /// <summary>Whether standard input ends with the first client that leaves.</summary>
    public bool StdinOnce { get; init; }

    /// <summary><c>80/tcp</c>; a note only.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    /// <summary><c>NAME=value</c>; a bare <c>NAME</c> removes the image's variable.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Arguments, or the whole command without an entry point.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The program. Null: the image's; one empty string: none. Setting it drops the image's command.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The working directory; empty: the image's, else <c>/</c>.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Paths that hold data; a note only.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Free metadata.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The signal that asks the container to end; null: the image's, else SIGTERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Seconds between the stop signal and SIGKILL; null: 10, -1: for ever.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>Whether the container gets no network whatever <see cref="HostConfiguration.NetworkMode"/> says.</summary>
    public bool NetworkDisabled { get; init; }

    /// <summary>What of the host the container gets.</summary>
    public HostConfiguration Host { get; init; } = new();
}
