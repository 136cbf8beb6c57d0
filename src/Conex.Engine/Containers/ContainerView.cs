using Conex.Engine.Mounts;
using Conex.Engine.Specs;

namespace Conex.Engine.Containers;

/// <summary>Containers as they are shown.</summary>
internal static class ContainerView
{
    internal static ContainerDetails Of(Container container)
    {
        ContainerRecord record = container.Record;
        ContainerFiles files = container.Files;
        return new ContainerDetails
        {
            Record = record,
            State = record.State,
            Arguments = ImageDefaults.Arguments(record.Configuration),
            ExecIds = container.Execs.Ids,
            Mounts = Mounts(record),
            Hostname = record.Configuration.Hostname,
            LogPath = files.Log,
            HostsPath = files.Hosts,
            HostnamePath = files.Hostname,
            ResolvConfPath = files.ResolvConf,
            UpperDirectory = files.Upper,
            WorkDirectory = files.Work,
        };
    }

    internal static IReadOnlyList<MountPoint> Mounts(ContainerRecord record)
    {
        HostConfiguration host = record.Configuration.Host;
        if (host is { Binds: null or [], Mounts: null or [], Tmpfs: null or { Count: 0 } })
        {
            return [];
        }
        // --tmpfs is not among docker's mount points, --mount type=tmpfs is.
        return
        [
            .. UserMounts
                .From(host with { Tmpfs = null })
                .Select(mount => new MountPoint(
                    mount.IsTmpfs ? "tmpfs" : "bind",
                    mount.Source ?? "",
                    mount.Destination,
                    mount.Mode,
                    !mount.ReadOnly,
                    mount.IsTmpfs ? "" : mount.Propagation
                )),
        ];
    }
}
