using Conex.Linux.Cgroups;
using Conex.Linux.Errors;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Containers;

/// <summary>The cgroup of a container that somebody other than root makes and that names none: a cgroup below the caller's own where that was
/// given to the user (cgroup-v2.rst, "Delegation"), beside it where the limits cannot be had below, or none.</summary>
internal static class OrdinaryCgroup
{
    /// <summary>Where the runtime itself goes when it is the only process in the way.</summary>
    private const string OwnLeaf = "conex-runtime";

    /// <summary>What gives an ordinary user cgroups, for the end of a sentence.</summary>
    internal static string WayOut(CgroupHost host) => host.Mode == CgroupMode.V2 ? WayOutOfVersion2 : WayOutOfVersion1;

    private const string WayOutOfVersion1 =
        "start the runtime in a cgroup of each hierarchy that root made and gave to the user by chown; a host with cgroup v2 alone can delegate by systemd";

    private const string WayOutOfVersion2 =
        "start the runtime in a cgroup that is delegated to the user, as systemd-run --user --scope -p Delegate=yes makes one, or let the "
        + "user's systemd make the container's with --systemd-cgroup";

    /// <summary>Makes it.</summary>
    /// <returns>Null when no limit is asked for and the user may make no cgroup; the container then stays in its starter's.</returns>
    /// <exception cref="InvalidSpecException">A limit cannot be had; the message names it and the way out.</exception>
    internal static Cgroup? Make(CgroupHost host, string id, LinuxResources resources)
    {
        IReadOnlyList<CgroupWrite> writes = ResourceWrites.Plan(resources, host.VersionOf).Writes;
        string name = $"conex-{id}";
        CgroupWrite? unmet = writes.Count > 0 ? writes[0] : null;
        foreach (string path in Places(host, name))
        {
            if (Cgroup.TryCreateWritable(host, path) is not { } cgroup)
            {
                continue;
            }
            unmet = Unmet(cgroup, writes);
            if (unmet is not null && !path.StartsWith('/') && TryStepAside(host))
            {
                cgroup.Dispose();
                cgroup = Cgroup.Create(host, path);
                unmet = Unmet(cgroup, writes);
            }
            if (unmet is null)
            {
                return cgroup;
            }
            _ = cgroup.TryDelete();
            cgroup.Dispose();
        }
        return unmet is null ? null : throw new InvalidSpecException(Explain(host, unmet.Limit));
    }

    /// <summary>The sentence for a limit that an ordinary user cannot have.</summary>
    private static string Explain(CgroupHost host, string limit) =>
        $"{limit}: this user may make no cgroup with it, and only a cgroup can have limits: {WayOut(host)}";

    /// <summary>Below the caller's own cgroup, so that it ends with what it was started in. Beside it on version 2, as runc: a cgroup with processes
    /// of others in it gives its children no controllers.</summary>
    private static IEnumerable<string> Places(CgroupHost host, string name)
    {
        yield return name;
        if (host.Mode == CgroupMode.V2 && host.OwnPath(host.Unified!) is { Length: > 1 } own)
        {
            yield return $"{own[..own.LastIndexOf('/')]}/{name}";
        }
    }

    /// <summary>The first limit whose controller the cgroup does not have.</summary>
    private static CgroupWrite? Unmet(Cgroup cgroup, IReadOnlyList<CgroupWrite> writes)
    {
        string[] unified = (cgroup.TryRead("cgroup", "cgroup.controllers") ?? "").Split(' ');
        foreach (CgroupWrite write in writes)
        {
            bool there =
                write.Missing != WhenMissing.Fail
                || write.Controller == "cgroup"
                || cgroup.Host.VersionOf(write.Controller) switch
                {
                    CgroupVersion.V1 => cgroup.Has(write.Controller),
                    CgroupVersion.V2 => unified.Contains(write.Controller),
                    _ => true,
                };
            if (!there)
            {
                return write;
            }
        }
        return null;
    }

    /// <summary>A cgroup of version 2 with processes gives its children no controllers ("No Internal Process Constraint"). When the only process is
    /// this one, it moves to a cgroup of its own below.</summary>
    private static bool TryStepAside(CgroupHost host)
    {
        if (host.Mode != CgroupMode.V2)
        {
            return false;
        }
        string parent = host.OwnPath(host.Unified!).TrimEnd('/');
        try
        {
            using var own = Cgroup.Open(host, parent);
            if (own.TryRead("cgroup", "cgroup.procs") != $"{Environment.ProcessId}")
            {
                return false;
            }
            using var leaf = Cgroup.TryCreateWritable(host, $"{parent}/{OwnLeaf}");
            leaf?.AddProcess(0);
            return leaf is not null;
        }
        catch (Exception e) when (e is KernelException or CgroupException)
        {
            return false;
        }
    }
}
