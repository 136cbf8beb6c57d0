namespace Conex.Oci.RuntimeSpec;

/// <summary>What <c>state</c> prints and hooks read (runtime-spec runtime.md, "State").</summary>
public sealed partial record ContainerState
{
    /// <summary>The version of the specification the state follows.</summary>
    public required string OciVersion { get; init; }

    /// <summary>The container's ID.</summary>
    public required string Id { get; init; }

    /// <summary><c>creating</c>, <c>created</c>, <c>running</c> or <c>stopped</c>; runtimes add <c>paused</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The first process as the host numbers it; absent or 0 when there is none.</summary>
    public int? Pid { get; init; }

    /// <summary>The bundle's directory, absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>The annotations of the configuration.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>What a seccomp agent receives with the notification descriptor (runtime-spec config-linux.md, "The Container Process State").</summary>
public sealed partial record ContainerProcessState
{
    /// <summary>The version of the specification the state follows.</summary>
    public required string OciVersion { get; init; }

    /// <summary>What each descriptor sent along is; <c>seccompFd</c> for the notification descriptor.</summary>
    public required IReadOnlyList<string> Fds { get; init; }

    /// <summary>The process that loads the filter, as the runtime numbers it.</summary>
    public required int Pid { get; init; }

    /// <summary>The configuration's <c>listenerMetadata</c>.</summary>
    public string? Metadata { get; init; }

    /// <summary>The container's state.</summary>
    public required ContainerState State { get; init; }
}
