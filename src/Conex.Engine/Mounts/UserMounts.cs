using Conex.Engine.Containers;
using Conex.Engine.Errors;

namespace Conex.Engine.Mounts;

/// <summary>All mounts that a configuration asks for, understood and in the order in which they are made: shallow ones first.</summary>
internal static class UserMounts
{
    /// <exception cref="InvalidRequestException">A mount cannot be understood, or two have one destination.</exception>
    /// <exception cref="NotAvailableException">A kind of mount that comes later.</exception>
    internal static IReadOnlyList<UserMount> From(HostConfiguration host)
    {
        if (host.VolumesFrom is { Count: > 0 })
        {
            throw new NotAvailableException(
                "volumes of other containers come with named volumes, later; mount the same directories with -v"
            );
        }
        List<UserMount> mounts = [];
        mounts.AddRange((host.Binds ?? []).Select(BindText.Parse));
        mounts.AddRange((host.Mounts ?? []).Select(FromMount));
        foreach ((string target, string options) in host.Tmpfs ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            mounts.Add(new() { Destination = BindText.Destination(target, target), TmpfsOptions = TmpfsOptions.Merge(options) });
        }
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (UserMount mount in mounts)
        {
            if (!seen.Add(mount.Destination))
            {
                throw new InvalidRequestException($"Duplicate mount point: {mount.Destination}");
            }
        }
        // OrderBy is stable: mounts of one depth keep the user's order.
        return [.. mounts.OrderBy(mount => ContainerPath.Depth(mount.Destination))];
    }

    private static UserMount FromMount(MountConfiguration mount)
    {
        switch (mount.Type)
        {
            case "bind":
                if (mount.Source.Length == 0)
                {
                    throw new InvalidRequestException("invalid mount config for type \"bind\": field Source must not be empty");
                }
                if (!mount.Source.StartsWith('/'))
                {
                    throw new InvalidRequestException(
                        $"invalid mount config for type \"bind\": invalid mount path: '{mount.Source}' mount path must be absolute"
                    );
                }
                return new()
                {
                    Source = ContainerPath.Clean(mount.Source),
                    Destination = Target(mount),
                    ReadOnly = mount.ReadOnly,
                    ReadOnlyNonRecursive = mount.ReadOnlyNonRecursive,
                    NonRecursive = mount.NonRecursive,
                    CreateSource = mount.CreateMountpoint,
                    Propagation = BindText.Propagation(mount.Propagation),
                };
            case "tmpfs":
                return new()
                {
                    Destination = Target(mount),
                    ReadOnly = mount.ReadOnly,
                    TmpfsOptions = TmpfsOptions.From(mount.TmpfsSize, mount.TmpfsMode, mount.ReadOnly),
                };
            case "volume" or "image":
                throw new NotAvailableException($"mounts of type {mount.Type} come later; use type=bind with a directory");
            default:
                throw new InvalidRequestException($"invalid mount config: mount type unknown: \"{mount.Type}\"");
        }
    }

    private static string Target(MountConfiguration mount) =>
        mount.Target.Length == 0
            ? throw new InvalidRequestException($"invalid mount config for type \"{mount.Type}\": field Target must not be empty")
            : BindText.Destination(mount.Target, mount.Target);
}
