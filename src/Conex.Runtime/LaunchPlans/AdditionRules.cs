using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What cannot be added to a container that is there, although a start takes it.</summary>
internal static class AdditionRules
{
    /// <exception cref="InvalidSpecException">The sentence names the mount and the reason.</exception>
    internal static void Check(Mount mount, MountOptions options, string path)
    {
        if (path == "/")
        {
            throw new InvalidSpecException("mount /: the root of a container that is there cannot be covered");
        }
        if (options.Remount)
        {
            throw new InvalidSpecException($"mount {path}: option remount changes what is there, and only new mounts can be added");
        }
        if (options.CopySymbolicLink)
        {
            throw new InvalidSpecException($"mount {path}: option copy-symlink makes a link, and only mounts can be added");
        }
        if (!options.Bind && mount.Type is "proc" or "sysfs" or "cgroup" or "cgroup2")
        {
            // A fresh one would show what linux.maskedPaths and readonlyPaths cover in that of the start.
            throw new InvalidSpecException(
                $"mount {path}: {mount.Type} is mounted at the start alone, where it is masked: bind what is needed of it"
            );
        }
    }
}
