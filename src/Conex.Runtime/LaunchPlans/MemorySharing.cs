using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Whether a plan's first process runs in its starter's memory until execve(2), which saves a copy of the page tables and a fault for each
/// page that either touches, a tenth of a start.</summary>
internal static class MemorySharing
{
    /// <summary>CLONE_VM, clone(2).</summary>
    internal const ulong Flag = 0x100;

    /// <summary>The kernel ends all who share the memory of a process that it kills because a cgroup's memory is used up. What a start charges to the
    /// container's cgroup, a megabyte of mounts and namespaces, must never be what uses it up.</summary>
    private const long LeastLimit = 32 << 20;

    /// <param name="namespaces">CLONE_NEW* flags of the namespaces that this process makes or joins. A time namespace is taken by a process alone in
    /// its memory only (time_namespaces(7)).</param>
    /// <param name="staysAsInit">Whether the process stays in the container: then it must have nothing of its starter's.</param>
    internal static ulong FlagFor(ulong namespaces, bool staysAsInit, LinuxConfig? linux) =>
        (namespaces & NamespaceSet.Time) != 0 || staysAsInit || IsTight(linux) ? 0 : Flag;

    /// <summary>Whether a start alone may come near the container's memory limit.</summary>
    internal static bool IsTight(LinuxConfig? linux) => linux?.Resources?.Memory?.Limit is > 0 and < LeastLimit;
}
