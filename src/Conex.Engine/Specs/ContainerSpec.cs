using Conex.Engine.Containers;
using Conex.Engine.Mounts;
using Conex.Engine.Users;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Specs;

/// <summary>Image, request and defaults become the runtime specification of a container.</summary>
internal static class ContainerSpec
{
    /// <summary>The annotation that makes the runtime the container's first process, which forwards signals and reaps.</summary>
    internal const string InitAnnotation = "org.conex.init";

    /// <summary>The <c>config.json</c>.</summary>
    internal static byte[] Build(ContainerRecord record, SpecParts parts, ContainerUser user, ContainerFiles files) =>
        SeccompSection.Insert(WithoutSeccomp(record, parts, user, files).ToUtf8Json(), parts.Seccomp);

    internal static RuntimeSpec WithoutSeccomp(ContainerRecord record, SpecParts parts, ContainerUser user, ContainerFiles files)
    {
        ContainerConfiguration configuration = record.Configuration;
        HostConfiguration host = configuration.Host;
        bool ownUts = host.UtsMode is not "host";
        bool unprotected = host.Privileged || parts.Security.SystemPathsUnconfined;
        return new RuntimeSpec
        {
            OciVersion = "1.2.0",
            Process = ProcessSpec.ForContainer(record, parts, user),
            Root = new Root { Path = "rootfs", Readonly = host.ReadonlyRootfs },
            Hostname = ownUts ? configuration.Hostname : null,
            Domainname = ownUts && configuration.Domainname.Length > 0 ? configuration.Domainname : null,
            Mounts = Mounts(host, parts, files),
            Annotations = Annotations(host),
            Linux = new LinuxConfig
            {
                Namespaces = parts.Namespaces,
                Devices = parts.Devices.Count > 0 ? parts.Devices : null,
                CgroupsPath = $"/conex/{record.Id}",
                Resources = parts.Resources,
                RootfsPropagation = Propagation(parts.Mounts),
                Sysctl = Sysctls(host, parts.Network.IsHost),
                MaskedPaths = unprotected ? null : host.MaskedPaths ?? ProtectedPaths.Masked,
                ReadonlyPaths = unprotected ? null : host.ReadonlyPaths ?? ProtectedPaths.Readonly,
            },
        };
    }

    private static List<Mount> Mounts(HostConfiguration host, SpecParts parts, ContainerFiles files)
    {
        List<Mount> mounts = DefaultMounts.For(host.Privileged, parts.Security.WritableCgroups, host.IpcMode, host.ShmSize);
        foreach ((string destination, string source) in files.Etc)
        {
            string[] options = host.ReadonlyRootfs ? ["rbind", "rprivate", "ro"] : ["rbind", "rprivate"];
            mounts.Add(DefaultMounts.Make(destination, "bind", source, options));
        }
        mounts.RemoveAll(standard => parts.Mounts.Any(user => Replaces(user.Destination, standard.Destination)));
        mounts.AddRange(parts.Mounts.Select(FromUser));
        return mounts;
    }

    // A user's own /dev brings its own pts and shm.
    private static bool Replaces(string user, string standard) =>
        string.Equals(user, standard, StringComparison.Ordinal)
        || (user is "/dev" && standard.StartsWith("/dev/", StringComparison.Ordinal));

    private static Mount FromUser(UserMount mount)
    {
        if (mount.IsTmpfs)
        {
            return DefaultMounts.Make(mount.Destination, "tmpfs", "tmpfs", mount.TmpfsOptions);
        }
        List<string> options = [mount.NonRecursive ? "bind" : "rbind", mount.Propagation];
        if (mount.ReadOnly)
        {
            options.Add(mount.NonRecursive || mount.ReadOnlyNonRecursive ? "ro" : "rro");
        }
        return DefaultMounts.Make(mount.Destination, "bind", mount.Source!, options);
    }

    // A mount can only receive from the host what the container's root receives.
    private static string? Propagation(IReadOnlyList<UserMount> mounts) =>
        mounts.Any(mount => mount.Propagation is "shared" or "rshared") ? "rshared"
        : mounts.Any(mount => mount.Propagation is "slave" or "rslave") ? "rslave"
        : null;

    private static Dictionary<string, string>? Annotations(HostConfiguration host)
    {
        Dictionary<string, string>? annotations = host.Annotations is { Count: > 0 } given ? new(given, StringComparer.Ordinal) : null;
        if (host.Init)
        {
            annotations ??= new(StringComparer.Ordinal);
            annotations[InitAnnotation] = "true";
        }
        return annotations;
    }

    // Docker's two: ordinary users may listen on low ports and ping, as nobody else is in the namespace.
    private static Dictionary<string, string>? Sysctls(HostConfiguration host, bool hostNetwork)
    {
        Dictionary<string, string> sysctls = new(StringComparer.Ordinal);
        if (!hostNetwork)
        {
            sysctls["net.ipv4.ip_unprivileged_port_start"] = "0";
            sysctls["net.ipv4.ping_group_range"] = "0 2147483647";
        }
        foreach ((string name, string value) in host.Sysctls ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            sysctls[name] = value;
        }
        return sysctls.Count > 0 ? sysctls : null;
    }
}
