namespace Conex.Oci.RuntimeSpec;

/// <summary>Programs run at points of the container's life, each list in order (runtime-spec config.md, "POSIX-platform Hooks").</summary>
public sealed partial record Hooks
{
    /// <summary>In the runtime's namespaces, after the namespaces exist and before pivot_root (deprecated, still common).</summary>
    public IReadOnlyList<Hook>? Prestart { get; init; }

    /// <summary>In the runtime's namespaces, during <c>create</c> after <see cref="Prestart"/>.</summary>
    public IReadOnlyList<Hook>? CreateRuntime { get; init; }

    /// <summary>In the container's namespaces, before pivot_root; the path is the runtime's.</summary>
    public IReadOnlyList<Hook>? CreateContainer { get; init; }

    /// <summary>In the container, as part of <c>start</c> before the user's program; the path is the container's.</summary>
    public IReadOnlyList<Hook>? StartContainer { get; init; }

    /// <summary>In the runtime's namespaces, after the user's program started; a failure stops the container.</summary>
    public IReadOnlyList<Hook>? Poststart { get; init; }

    /// <summary>In the runtime's namespaces, after the container was deleted; failures are logged only.</summary>
    public IReadOnlyList<Hook>? Poststop { get; init; }
}

/// <summary>One hook. It gets the container's state as JSON on its standard input.</summary>
public sealed partial record Hook
{
    /// <summary>The program, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>The whole argument vector, including the program's name.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>The environment as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds until the hook is given up; unlimited when absent.</summary>
    public int? Timeout { get; init; }
}
