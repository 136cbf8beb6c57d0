namespace Conex.Oci.ImageSpec;

/// <summary>How containers of an image run unless they are told otherwise; the <c>config</c> member of its configuration.</summary>
public sealed partial record ImageExecution
{
    /// <summary>The user: <c>name</c>, <c>uid</c>, each with <c>:group</c> or <c>:gid</c>; root when absent.</summary>
    public string? User { get; init; }

    /// <summary>Ports the program listens on: <c>80/tcp</c>.</summary>
    public IReadOnlyList<string>? ExposedPorts { get; init; }

    /// <summary>The environment as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The beginning of the argument vector.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>The rest of the argument vector, which a command replaces.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>Directories that get a volume.</summary>
    public IReadOnlyList<string>? Volumes { get; init; }

    /// <summary>The working directory; the root when absent.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Free metadata.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The signal that asks the program to end: <c>SIGTERM</c>, <c>15</c>.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Whether the arguments are one escaped command line; for Windows.</summary>
    public bool ArgsEscaped { get; init; }

    /// <summary>How to find out whether the program is well (docker's addition).</summary>
    public ImageHealthcheck? Healthcheck { get; init; }

    /// <summary>The shell of commands in their text form (docker's addition).</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>Instructions for builds on top of the image (docker's addition).</summary>
    public IReadOnlyList<string>? OnBuild { get; init; }
}

/// <summary>How to find out whether a container's program is well; 0 leaves a value to the engine.</summary>
public sealed partial record ImageHealthcheck
{
    /// <summary>Empty (inherit), <c>NONE</c>, or <c>CMD</c> or <c>CMD-SHELL</c> and a command.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>Nanoseconds between two checks.</summary>
    public long Interval { get; init; }

    /// <summary>Nanoseconds until a check counts as hung.</summary>
    public long Timeout { get; init; }

    /// <summary>Nanoseconds after the start in which failures do not count.</summary>
    public long StartPeriod { get; init; }

    /// <summary>Nanoseconds between two checks in the start period.</summary>
    public long StartInterval { get; init; }

    /// <summary>Failures in a row that make the container unhealthy.</summary>
    public int Retries { get; init; }
}
