using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Security;

/// <summary>A rule of a profile: a rule of the specification, and for which containers it is.</summary>
public sealed record SeccompProfileRule
{
    /// <summary>What the container gets.</summary>
    public required LinuxSyscall Syscall { get; init; }

    /// <summary>What must be true of the container: all capabilities, one of the architectures, the kernel's age.</summary>
    public SeccompProfileScope Includes { get; init; } = SeccompProfileScope.Empty;

    /// <summary>What must not be true: any of the capabilities, one of the architectures, the kernel's age.</summary>
    public SeccompProfileScope Excludes { get; init; } = SeccompProfileScope.Empty;

    /// <summary>Whether a container gets the rule.</summary>
    internal bool AppliesTo(IReadOnlySet<string> capabilities, string architecture, KernelVersion kernel)
    {
        foreach (string capability in Excludes.Capabilities)
        {
            if (capabilities.Contains(capability))
            {
                return false;
            }
        }
        foreach (string capability in Includes.Capabilities)
        {
            if (!capabilities.Contains(capability))
            {
                return false;
            }
        }
        return !Excludes.Architectures.Contains(architecture, StringComparer.Ordinal)
            && (Includes.Architectures.Count == 0 || Includes.Architectures.Contains(architecture, StringComparer.Ordinal))
            && !(Excludes.MinimumKernel is { } tooNew && kernel.IsAtLeast(tooNew))
            && !(Includes.MinimumKernel is { } needed && !kernel.IsAtLeast(needed));
    }
}

/// <summary>Which containers a rule is for, in the words of docker's profile format.</summary>
public sealed record SeccompProfileScope
{
    /// <summary>No restriction.</summary>
    public static SeccompProfileScope Empty { get; } = new();

    /// <summary>Capabilities of the bounding set, such as <c>CAP_SYS_ADMIN</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Architectures by their names in images, such as <c>amd64</c>.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>The oldest kernel.</summary>
    public KernelVersion? MinimumKernel { get; init; }
}
