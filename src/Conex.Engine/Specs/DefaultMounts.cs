using System.Globalization;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Specs;

/// <summary>The file systems that every container gets; docker's list, options by runc's names.</summary>
internal static class DefaultMounts
{
    internal const long DefaultShmSize = 64 << 20;

    private static readonly string[] NoNothing = ["nosuid", "noexec", "nodev"];
    private static readonly string[] NoNothingReadOnly = ["nosuid", "noexec", "nodev", "ro"];

    private static readonly Mount Proc = Make("/proc", "proc", "proc", NoNothing);
    private static readonly Mount Dev = Make("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]);
    private static readonly Mount Pts = Make(
        "/dev/pts",
        "devpts",
        "devpts",
        ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]
    );
    private static readonly Mount Sys = Make("/sys", "sysfs", "sysfs", NoNothingReadOnly);
    private static readonly Mount Cgroup = Make("/sys/fs/cgroup", "cgroup", "cgroup", ["ro", "nosuid", "noexec", "nodev"]);
    private static readonly Mount Mqueue = Make("/dev/mqueue", "mqueue", "mqueue", NoNothing);
    private static readonly Mount WritableSys = Make("/sys", "sysfs", "sysfs", NoNothing);
    private static readonly Mount WritableCgroup = Make("/sys/fs/cgroup", "cgroup", "cgroup", NoNothing);

    internal static List<Mount> For(bool privileged, bool writableCgroups, string ipcMode, long shmSize)
    {
        List<Mount> mounts = [Proc, Dev, Pts, privileged ? WritableSys : Sys, privileged || writableCgroups ? WritableCgroup : Cgroup];
        if (ipcMode is "host")
        {
            mounts.Add(Make("/dev/mqueue", "bind", "/dev/mqueue", ["rbind", "rprivate"]));
            mounts.Add(Make("/dev/shm", "bind", "/dev/shm", ["rbind", "rprivate"]));
            return mounts;
        }
        mounts.Add(Mqueue);
        if (ipcMode is not "none")
        {
            string size = string.Create(CultureInfo.InvariantCulture, $"size={(shmSize > 0 ? shmSize : DefaultShmSize)}");
            mounts.Add(Make("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", size]));
        }
        return mounts;
    }

    internal static Mount Make(string destination, string type, string source, IReadOnlyList<string> options) =>
        new()
        {
            Destination = destination,
            Type = type,
            Source = source,
            Options = options,
        };
}
