using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Devices;

/// <summary>Device nodes of the host, for <c>--device</c> and <c>--privileged</c>.</summary>
internal static class HostDevices
{
    private const uint PermissionBits = 0xFFF;

    // Mounts of their own in every container, or not devices.
    private static readonly string[] LeftOut = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console"];

    /// <summary>The nodes of one mapping, a directory's all.</summary>
    /// <exception cref="InvalidRequestException">There is no such device, or the permissions are no letters of rwm.</exception>
    internal static IReadOnlyList<LinuxDevice> From(DeviceMapping mapping)
    {
        if (mapping.Permissions.Length > 0 && !DeviceRules.IsAccess(mapping.Permissions))
        {
            throw new InvalidRequestException($"invalid device mode: {mapping.Permissions}");
        }
        string inside = mapping.PathInContainer.Length > 0 ? mapping.PathInContainer : mapping.PathOnHost;
        FileStatus status =
            PathAt.Status(mapping.PathOnHost)
            ?? throw new InvalidRequestException(
                $"error gathering device information while adding custom device \"{mapping.PathOnHost}\": no such file or directory"
            );
        List<LinuxDevice> devices = [];
        if (status.IsDirectory)
        {
            AddDirectory(devices, mapping.PathOnHost.TrimEnd('/'), inside.TrimEnd('/'));
        }
        else if (Node(inside, status) is { } node)
        {
            devices.Add(node);
        }
        return devices.Count > 0
            ? devices
            : throw new InvalidRequestException(
                $"error gathering device information while adding custom device \"{mapping.PathOnHost}\": not a device node"
            );
    }

    /// <summary>Every node in the host's /dev.</summary>
    internal static IReadOnlyList<LinuxDevice> All()
    {
        List<LinuxDevice> devices = [];
        AddDirectory(devices, "/dev", "/dev");
        return devices;
    }

    private static void AddDirectory(List<LinuxDevice> devices, string host, string inside)
    {
        using DirectoryHandle directory = PathAt.OpenDirectory(host);
        foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
        {
            string name = entry.Text;
            if (Array.IndexOf(LeftOut, name) >= 0 || PathAt.Status(directory, name, follow: false) is not { } status)
            {
                continue;
            }
            if (status.IsDirectory)
            {
                AddDirectory(devices, $"{host}/{name}", $"{inside}/{name}");
            }
            else if (Node($"{inside}/{name}", status) is { } node)
            {
                devices.Add(node);
            }
        }
    }

    private static LinuxDevice? Node(string path, FileStatus status) =>
        status.Kind is not (FileKind.CharacterDevice or FileKind.BlockDevice)
            ? null
            : new LinuxDevice
            {
                Path = path,
                Type = status.Kind == FileKind.BlockDevice ? "b" : "c",
                Major = status.SpecialDevice.Major,
                Minor = status.SpecialDevice.Minor,
                FileMode = status.Mode & PermissionBits,
                Uid = status.UserId,
                Gid = status.GroupId,
            };
}
