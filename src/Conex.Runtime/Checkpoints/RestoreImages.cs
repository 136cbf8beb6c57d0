using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Checkpoints;

/// <summary>The directory of the images as criu sees it. It reads them from within the container's user namespace too, whose root is nobody to those who
/// own them: there a mount shows them as its own.</summary>
internal static class RestoreImages
{
    /// <summary>The clocks of the container: the one image that criu reads in a new user namespace before its IDs are mapped, as group root.</summary>
    private const string ReadUnmapped = "timens-0.img";

    private const uint GroupRead = 0x20;
    private const uint GroupSearch = 0x28;

    private static readonly LinuxIdMapping[] Everyone =
    [
        new()
        {
            ContainerId = 0,
            HostId = 0,
            Size = uint.MaxValue,
        },
    ];

    /// <exception cref="CheckpointException">Their file system or their modes do not allow it.</exception>
    internal static FileHandle Open(string path, LinuxConfig? linux)
    {
        if (!NamespaceSet.Parse(linux).Creates(NamespaceSet.User))
        {
            return PathAt.OpenDirectory(path);
        }
        Check(path, GroupSearch);
        Check($"{path}/{ReadUnmapped}", GroupRead);
        // Groups stay as they are: group root is all that criu's process has until its namespace is mapped.
        using FileHandle mapping = MappingNamespace.Make(linux!.UidMappings!, Everyone);
        var mount = MountHandle.Clone(path, recursive: false);
        Errno error = mount.MapIds(mapping, recursive: false);
        if (error == Errno.None)
        {
            return mount;
        }
        mount.Dispose();
        throw new CheckpointException(
            $"the images in {path} cannot be shown to the container's user namespace: {KernelException.Explain(error)}: put them on a file system that can map IDs"
        );
    }

    private static void Check(string path, uint groupBits)
    {
        if (PathAt.Status(path) is not { } status)
        {
            return;
        }
        uint othersBits = groupBits >> 3;
        bool allowed = (status.Mode & othersBits) == othersBits || (status.GroupId == 0 && (status.Mode & groupBits) == groupBits);
        if (!allowed)
        {
            throw new CheckpointException(
                $"{path} must be open to group root, by which criu reads it in a new user namespace: chgrp -R root and chmod -R g+rX its directory"
            );
        }
    }
}
