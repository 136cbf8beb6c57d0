namespace Conex.Oci.RuntimeSpec;

/// <summary>A container's configuration, the <c>config.json</c> of a bundle (runtime-spec 1.3.0, config.md), as far as Linux goes.</summary>
/// <remarks>Members of other platforms (windows, solaris, zos, freebsd, vm) and unknown ones are ignored, as the specification asks.</remarks>
public sealed partial record RuntimeSpec
{
    /// <summary>The newest version of the specification these records cover.</summary>
    public const string CurrentVersion = "1.3.0";

    /// <summary>The version of the specification the document follows (semantic versioning 2.0.0).</summary>
    public required string OciVersion { get; init; }

    /// <summary>The container's first process. Required before <c>start</c>, not before <c>create</c>.</summary>
    public Process? Process { get; init; }

    /// <summary>The container's root file system.</summary>
    public Root? Root { get; init; }

    /// <summary>The host name inside; needs a UTS namespace.</summary>
    public string? Hostname { get; init; }

    /// <summary>The NIS domain name inside; needs a UTS namespace.</summary>
    public string? Domainname { get; init; }

    /// <summary>Further mounts, made in this order.</summary>
    public IReadOnlyList<Mount>? Mounts { get; init; }

    /// <summary>Programs run at points of the container's life.</summary>
    public Hooks? Hooks { get; init; }

    /// <summary>Free metadata; also switches of runtimes (<c>run.oci.…</c>, <c>org.systemd.property.…</c>).</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What only Linux has: namespaces, cgroups, seccomp and the like.</summary>
    public LinuxConfig? Linux { get; init; }
}
