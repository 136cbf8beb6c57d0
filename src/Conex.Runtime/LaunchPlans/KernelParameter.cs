using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Which kernel parameters belong to a namespace and so to a container.</summary>
internal static class KernelParameter
{
    /// <summary>The path under /proc/sys: dots become slashes, unless the name already has slashes.</summary>
    internal static string Path(string name) => name.Contains('/') ? name : name.Replace('.', '/');

    /// <exception cref="InvalidSpecException">The parameter is the host's, or its namespace is not the container's own.</exception>
    internal static void Check(string name, NamespaceSet namespaces)
    {
        string dotted = name.Replace('/', '.');
        if (dotted.Contains("..", StringComparison.Ordinal) || dotted.StartsWith('.') || dotted.EndsWith('.'))
        {
            // net/../kernel/panic begins like a parameter of the network namespace and is the host's.
            throw new InvalidSpecException($"sysctl \"{name}\" has an empty component or one of dots: write it without them");
        }
        (ulong needed, string type) = dotted switch
        {
            "kernel.msgmax"
            or "kernel.msgmnb"
            or "kernel.msgmni"
            or "kernel.sem"
            or "kernel.shmall"
            or "kernel.shmmax"
            or "kernel.shmmni"
            or "kernel.shm_rmid_forced" => (NamespaceSet.Ipc, "ipc"),
            "kernel.domainname" or "kernel.hostname" => (NamespaceSet.Uts, "uts"),
            _ when dotted.StartsWith("fs.mqueue.", StringComparison.Ordinal) => (NamespaceSet.Ipc, "ipc"),
            _ when dotted.StartsWith("net.", StringComparison.Ordinal) => (NamespaceSet.Network, "network"),
            _ when dotted.StartsWith("user.", StringComparison.Ordinal) => (NamespaceSet.User, "user"),
            _ => (0UL, ""),
        };
        if (needed == 0)
        {
            throw new InvalidSpecException($"sysctl \"{name}\" is not in a separate kernel namespace: set it on the host");
        }
        if (!namespaces.Has(needed))
        {
            throw new InvalidSpecException(
                $"sysctl \"{name}\" is not allowed in the host's {type} namespace: add a namespace of type {type}"
            );
        }
    }
}
