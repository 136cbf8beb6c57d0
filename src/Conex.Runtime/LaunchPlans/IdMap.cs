using System.Globalization;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Which IDs an idmapped mount shows for those on the disk: as a user namespace's mapping does, or just that of a namespace.</summary>
/// <param name="NamespacePath">The user namespace whose mapping it is; null: <paramref name="Users"/> and <paramref name="Groups"/> say it.</param>
public sealed record IdMap(string? NamespacePath, IReadOnlyList<LinuxIdMapping> Users, IReadOnlyList<LinuxIdMapping> Groups)
{
    /// <summary>The mapping of a mount, or null when it asks for none. Its own comes first, then that of its option, then the container's.</summary>
    /// <exception cref="InvalidSpecException">It asks for one and there is none, or it is no mapping.</exception>
    internal static IdMap? Of(PlanContext context, Mount mount, MountOptions options)
    {
        bool configured = mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 };
        if (!configured && options.IdMap is null)
        {
            return null;
        }
        string place = $"mount {mount.Destination}";
        if (!options.Bind && mount.Type != "bind")
        {
            throw new InvalidSpecException($"{place}: id-mapped mounts are only supported for bind mounts");
        }
        if (configured)
        {
            return mount is { UidMappings: { Count: > 0 } users, GidMappings: { Count: > 0 } groups }
                ? new IdMap(null, users, groups)
                : throw new InvalidSpecException($"{place}: id-mapped mounts must have both uid and gid mappings specified");
        }
        return options.IdMap is { Length: > 0 } text ? Parse(context, place, text) : OfContainer(context, place);
    }

    private static IdMap OfContainer(PlanContext context, string place)
    {
        foreach ((ulong flag, string path) in context.Namespaces.Joined)
        {
            if (flag == NamespaceSet.User)
            {
                return new IdMap(path, [], []);
            }
        }
        return context.Namespaces.Creates(NamespaceSet.User)
            ? new IdMap(null, context.Linux.UidMappings!, context.Linux.GidMappings!)
            : throw new InvalidSpecException(
                $"{place}: option idmap without mappings takes the container's, which has no user namespace: add uidMappings and gidMappings"
            );
    }

    /// <summary>crun's form: <c>uids=0-1000-10#10-2000-5;gids=…</c>, with <c>@</c> before a range that counts in the container's IDs.</summary>
    private static IdMap Parse(PlanContext context, string place, string text)
    {
        List<LinuxIdMapping> users = [];
        List<LinuxIdMapping> groups = [];
        foreach (string part in text.Split(';'))
        {
            (List<LinuxIdMapping> into, IReadOnlyList<LinuxIdMapping>? container) = part switch
            {
                _ when part.StartsWith("uids=", StringComparison.Ordinal) => (users, context.Linux.UidMappings),
                _ when part.StartsWith("gids=", StringComparison.Ordinal) => (groups, context.Linux.GidMappings),
                _ => throw new InvalidSpecException($"{place}: option idmap takes uids= and gids=, not \"{part}\""),
            };
            foreach (string range in part["uids=".Length..].Split('#', StringSplitOptions.RemoveEmptyEntries))
            {
                into.Add(ParseRange(place, range, container ?? []));
            }
        }
        return users.Count > 0 && groups.Count > 0
            ? new IdMap(null, users, groups)
            : throw new InvalidSpecException($"{place}: option idmap needs both uids= and gids=");
    }

    private static LinuxIdMapping ParseRange(string place, string range, IReadOnlyList<LinuxIdMapping> container)
    {
        bool relative = range[0] == '@';
        string[] numbers = (relative ? range[1..] : range).Split('-');
        if (
            numbers.Length != 3
            || !uint.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint from)
            || !uint.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint to)
            || !uint.TryParse(numbers[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint size)
        )
        {
            throw new InvalidSpecException($"{place}: option idmap: \"{range}\" is not FROM-TO-LENGTH");
        }
        return new LinuxIdMapping
        {
            ContainerId = from,
            HostId = relative ? OnHost(place, range, to, size, container) : to,
            Size = size,
        };
    }

    private static uint OnHost(string place, string range, uint first, uint size, IReadOnlyList<LinuxIdMapping> container)
    {
        foreach (LinuxIdMapping mapping in container)
        {
            if (first >= mapping.ContainerId && (ulong)first + size <= (ulong)mapping.ContainerId + mapping.Size)
            {
                return mapping.HostId + (first - mapping.ContainerId);
            }
        }
        throw new InvalidSpecException($"{place}: option idmap: \"{range}\" is not within one range of the container's mappings");
    }
}
