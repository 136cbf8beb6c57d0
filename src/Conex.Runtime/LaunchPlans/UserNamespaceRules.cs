using System.Globalization;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>What a configuration must not ask for where the caller is an ordinary user, or where the container's user namespace lacks the ID: the
/// kernel would refuse it with a number that says nothing.</summary>
internal static class UserNamespaceRules
{
    /// <exception cref="InvalidSpecException">The sentence names the field and the way out.</exception>
    internal static void Check(RuntimeSpec spec, NamespaceSet namespaces, LaunchOptions options)
    {
        if (options.IsOrdinaryUser)
        {
            CheckOrdinaryUser(spec, namespaces);
        }
        if (!namespaces.Creates(NamespaceSet.User) || spec.Process is not { User: { } user })
        {
            return;
        }
        LinuxConfig linux = spec.Linux!;
        Require(linux.UidMappings, user.Uid, "process.user.uid", "linux.uidMappings");
        Require(linux.GidMappings, user.Gid, "process.user.gid", "linux.gidMappings");
        foreach (uint group in user.AdditionalGids ?? [])
        {
            if (options.DeniesSetGroups)
            {
                throw new InvalidSpecException(
                    "process.user.additionalGids: with one group mapped by an ordinary user the kernel denies setgroups(2): leave them out, or "
                        + "map a range in linux.gidMappings, which newgidmap then writes"
                );
            }
            Require(linux.GidMappings, group, "process.user.additionalGids", "linux.gidMappings");
        }
    }

    /// <summary>Checks <c>uid=</c> and <c>gid=</c> of a file system that the container's user namespace mounts.</summary>
    /// <exception cref="InvalidSpecException">The ID is not mapped.</exception>
    internal static void CheckOwner(PlanContext context, string path, string key, string? value)
    {
        if (
            key is "uid" or "gid"
            && context.Namespaces.Creates(NamespaceSet.User)
            && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
        )
        {
            IReadOnlyList<LinuxIdMapping>? mappings = key == "uid" ? context.Linux.UidMappings : context.Linux.GidMappings;
            Require(mappings, id, $"mount {path}: option {key}", key == "uid" ? "linux.uidMappings" : "linux.gidMappings");
        }
    }

    private static void CheckOrdinaryUser(RuntimeSpec spec, NamespaceSet namespaces)
    {
        if (!namespaces.Has(NamespaceSet.User))
        {
            throw new InvalidSpecException(
                "rootless container requires user namespaces: add {\"type\": \"user\"} to linux.namespaces, uidMappings and gidMappings, "
                    + "or begin with conex-runtime spec --rootless"
            );
        }
        if (spec.Linux?.NetDevices is { Count: > 0 } devices)
        {
            throw new InvalidSpecException(
                $"linux.netDevices: moving {devices.First().Key} out of the host's network needs root of the host: leave it out"
            );
        }
    }

    private static void Require(IReadOnlyList<LinuxIdMapping>? mappings, uint id, string what, string where)
    {
        foreach (LinuxIdMapping mapping in mappings ?? [])
        {
            if (id >= mapping.ContainerId && id - mapping.ContainerId < mapping.Size)
            {
                return;
            }
        }
        throw new InvalidSpecException($"{what} {id} is not mapped in the container's user namespace: map it in {where}, or take another");
    }
}
