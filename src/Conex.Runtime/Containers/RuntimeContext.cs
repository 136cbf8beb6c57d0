using Conex.Linux.Processes;

namespace Conex.Runtime.Containers;

/// <summary>Where the runtime keeps its state.</summary>
/// <param name="root">Finds the directory that holds one directory for each container, when it is first asked for.</param>
public sealed class RuntimeContext(Func<string> root)
{
    private string? found;

    /// <param name="root">The directory that holds one directory for each container.</param>
    public RuntimeContext(string root)
        : this(() => root) { }

    /// <summary>The directory that holds one directory for each container.</summary>
    public string Root => found ??= root();

    /// <summary>Whether <see cref="Root"/> lies in $XDG_RUNTIME_DIR, where what has no sticky bit may be removed after a while (XDG Base Directory
    /// Specification).</summary>
    public bool IsRootSticky { get; init; }

    /// <summary>Takes what went wrong and ends nothing, a sentence each.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Who makes the cgroups of new containers.</summary>
    public CgroupDriver CgroupDriver { get; init; }

    /// <summary>Whether a container without limits may go without a cgroup of its own where the caller may make none; null: the caller's rights
    /// say it.</summary>
    public bool? Rootless { get; init; }

    /// <summary>How long one step of ending a container may take before it is an error.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the caller is not root of the host: an ordinary user, or root of a user namespace.</summary>
    internal bool IsRootless => Rootless ?? (CurrentProcess.EffectiveUser != 0 || !UserNamespace.IsInitial);
}
