using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What the starter of a container does for it after the clone: records, limits, ID mappings, network devices. Where none of that is needed
/// for the mounts, both work at the same time, which saves a twentieth of a start.</summary>
public static class StarterWork
{
    /// <summary>The namespaces that a process can make after its clone, and that cost a third of a start.</summary>
    private const ulong MadeBySelf = NamespaceSet.Mount | NamespaceSet.Uts | NamespaceSet.Ipc | NamespaceSet.Network;

    /// <summary>Whether the process may make its namespaces while the starter makes its cgroups.</summary>
    /// <param name="goesAhead">Whether it also makes its mounts meanwhile.</param>
    /// <remarks>Not where its network namespace must be there before, since the starter moves devices into it.</remarks>
    public static bool CanPart(bool goesAhead, RuntimeSpec spec, NamespaceSet namespaces) =>
        goesAhead && namespaces.Joined.Count == 0 && spec.Linux is not { TimeOffsets.Count: > 0 } and not { NetDevices.Count: > 0 };

    /// <summary>Adds the steps of that.</summary>
    /// <returns>The flags that are left for the clone.</returns>
    internal static ulong PartMeanwhile(SyscallProgramBuilder program, ulong namespaces, Register channel)
    {
        if ((namespaces & MadeBySelf) is not 0 and var parted)
        {
            program.Step("make the namespaces, while the starter makes the cgroups");
            program.Unshare(parted);
        }
        program.Step("wait for the cgroups");
        program.Await(channel);
        return namespaces & ~MadeBySelf;
    }

    /// <summary>Whether the process may make its mounts before the starter is done.</summary>
    public static bool CanWait(RuntimeSpec spec, NamespaceSet namespaces)
    {
        // Nothing can be done in a user namespace before it is mapped.
        if (namespaces.Has(NamespaceSet.User) || MemorySharing.IsTight(spec.Linux))
        {
            return false;
        }
        foreach (Mount mount in spec.Mounts ?? [])
        {
            if (MountOptions.Parse(mount.Options).CopyUp)
            {
                // Filled by the starter, in a conversation of its own.
                return false;
            }
        }
        return true;
    }
}
