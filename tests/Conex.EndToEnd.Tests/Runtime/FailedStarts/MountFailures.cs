using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime.FailedStarts;

/// <summary>Mounts and the root.</summary>
internal static class MountFailures
{
    internal static Dictionary<string, FailedStart> All { get; } =
        new(StringComparer.Ordinal)
        {
            ["a mount whose source is missing"] = new(
                "open_tree",
                "bind /no/such to /x",
                "ENOENT",
                "the source does not exist on the host",
                (_, b) => b.Mount("/x", "bind", "/no/such", "bind")
            ),
            ["a file bound to a directory"] = new(
                "move_mount",
                "bind /etc/passwd to /tmp",
                "EINVAL",
                "a directory cannot be bound to a file",
                (_, b) => b.Mount("/tmp", "bind", "/etc/passwd", "bind")
            ),
            ["a mount point below a file"] = new(
                "*",
                "mount tmpfs on /etc/passwd/x",
                "ENOTDIR",
                "is a file",
                (_, b) => b.Mount("/etc/passwd/x", "tmpfs", "tmpfs")
            ),
            ["a mount point that is missing in a read-only mount"] = new(
                "mkdirat",
                "mount tmpfs on /tmp/x",
                "EROFS",
                "missing in a read-only root",
                (h, b) =>
                {
                    b.Mount("/tmp", "bind", Directory.CreateDirectory($"{h.Place}/source").FullName, "bind", "ro")
                        .Mount("/tmp/x", "tmpfs", "tmpfs");
                }
            ),
            ["a mount point that the container's root may not make"] = new(
                "mkdirat",
                "mount tmpfs on /missing",
                "EACCES",
                "may not make the mount point",
                (_, b) => b.WithUserNamespace().Mount("/missing", "tmpfs", "tmpfs")
            ),
            ["a file system that a user namespace may not mount"] = new(
                "*",
                "mount ext4 on /tmp",
                "EPERM",
                "a user namespace may not mount this",
                (_, b) => b.WithUserNamespace().Mount("/tmp", "ext4", "/dev/null")
            ),
            ["a file system that the kernel does not know"] = new(
                "fsopen",
                "mount nosuchfs on /tmp",
                "ENODEV",
                "does not know the file system",
                (_, b) => b.Mount("/tmp", "nosuchfs", "x")
            ),
            ["a device that is missing"] = new(
                "fsconfig",
                "mount ext4 on /tmp",
                "ENOENT",
                "the source does not exist",
                (_, b) => b.Mount("/tmp", "ext4", "/dev/no-such-disk")
            ),
            ["a root file system that the container's root cannot reach"] = new(
                "*",
                "mount the root file system *",
                "EACCES",
                "chmod o+x",
                (_, b) =>
                {
                    b.WithUserNamespace();
                    File.SetUnixFileMode(b.Path, (UnixFileMode)0x1C0);
                }
            ),
            ["a root that is a chroot"] = new(
                "mount_setattr",
                "part this namespace's mounts from the host's",
                "EINVAL",
                "a chroot that is no mount point",
                (h, _) => Directory.CreateDirectory($"{h.Place}/jail")
            )
            {
                Through = ["unshare", "--mount", "sh", "-c", InJail],
            },
            ["a proc that is hidden from a user namespace"] = new(
                "*",
                "mount proc on /proc",
                "EPERM",
                "only where nothing covers parts",
                (_, b) => b.WithUserNamespace()
            )
            {
                Through = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs x /proc/sys && exec \"$0\" \"$@\""],
            },
            ["a mount label where there is no SELinux"] = new(
                "fsconfig",
                "mount tmpfs on /dev",
                "EINVAL",
                "linux.mountLabel",
                (_, b) => b.WithLinux(l => l with { MountLabel = "system_u:object_r:container_file_t:s0" })
            ),
            ["a file system that cannot map IDs"] = new(null, null, null, "proc cannot map IDs", (_, b) => IdMapped(b)),
        };

    /// <summary>A root directory that is no mount point and holds all that the host's has.</summary>
    private const string InJail =
        "cd ${2%/state}/jail && for d in /*; do if [ -L $d ]; then cp -d $d .; elif [ -d $d ]; then mkdir .$d && mount --rbind $d .$d; fi; done; exec chroot . \"$0\" \"$@\"";

    private static void IdMapped(TestBundle bundle)
    {
        LinuxIdMapping[] mapping =
        [
            new()
            {
                ContainerId = 0,
                HostId = 1,
                Size = 1,
            },
        ];
        bundle.With(s =>
            s with
            {
                Mounts =
                [
                    .. s.Mounts!,
                    TestBundle.Entry("/tmp", "bind", "/proc", "bind") with
                    {
                        UidMappings = mapping,
                        GidMappings = mapping,
                    },
                ],
            }
        );
    }
}
