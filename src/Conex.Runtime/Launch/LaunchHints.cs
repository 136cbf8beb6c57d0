using Conex.Linux.Errors;
using Conex.Runtime.LaunchPlans;
using static Conex.Linux.Errors.Errno;

namespace Conex.Runtime.Launch;

/// <summary>The causes of failed starts and what helps, in one table: the first row that fits counts. It is read when a start has failed and
/// never before.</summary>
internal static class LaunchHints
{
    private static LaunchHint[] Table { get; } =
    [
        // The program.
        new("execute *", [ENOEXEC], "built for another architecture, or a script without #!"),
        new("execute *", [EACCES], "the file is not marked executable, or lies on a mount with noexec"),
        new("execute *", [EPERM], "the seccomp profile refuses execve, or the file has capabilities that the container may not have"),
        new("execute *", [ENOSYS], "the seccomp profile refuses execve"),
        new("execute *", [E2BIG], "one argument or variable is longer than 128 KiB, or all are longer than a quarter of RLIMIT_STACK"),
        new("execute *", [ETXTBSY], "somebody has the file open for writing"),
        new("execute *", [EINVAL, ELIBBAD], "the ELF file or its dynamic loader is damaged"),
        new("execute *", [ELOOP], "scripts name each other as interpreters"),
        new("execute *", [EAGAIN], "the user has more processes than RLIMIT_NPROC allows"),
        new("execute *", [ENOMEM], "the memory limit is too small for the program"),
        // The working directory.
        new("enter the working directory *", [EROFS], "it is missing and the root is read-only: make it in the image"),
        new("enter the working directory *", [ENOTDIR], "it, or what it lies in, is a file"),
        new("enter the working directory *", [EACCES], "the payload's user may not enter it"),
        new("check the working directory", [ENOENT], "it lies outside of the container"),
        // Rights that a user namespace lacks, before what hinders everybody.
        .. OfUserNamespaces,
        // Mounts.
        new(
            "pivot to the root file system",
            [EINVAL],
            "the host's root is the initial ramfs, which cannot be pivoted away from: use --no-pivot"
        ),
        new(
            "part this namespace's mounts *",
            [EINVAL],
            "the starter's root is a chroot that is no mount point: bind it to itself before the chroot"
        ),
        new("assemble *", [EBUSY], "the upper or work directory is in use by another mount"),
        new(
            "assemble *",
            [EINVAL],
            "overlayfs wants upper and work in one file system that is no overlay, FUSE or network file system: put them on a local disk"
        ),
        new("mount the root file system *", [EACCES], "the container's root may not pass a directory above it: chmod o+x up to it"),
        new("mount *", [ELOOP], "the mount point must be an ordinary directory, the image has a symbolic link there"),
        new("mount *", [EINVAL], "SELinux is not active on this host: linux.mountLabel cannot be had") { Log = "'context'" },
        new("remount *", [EXDEV], "a symbolic link leads to procfs, which is changed by its own path alone"),
        .. Everywhere(["mount *", "bind *"], [EXDEV], "a symbolic link leads the mount point into procfs, where nothing may be hidden"),
        new("mount *", [ENODEV], "this kernel does not know the file system"),
        new("mount *", [ENOTBLK], "the source is no block device"),
        new("mount *", [ENOENT], "the source does not exist on the host") { Log = "lookup blockdev" },
        new(
            "mount *",
            [EPERM],
            "a user namespace may mount few file systems, and proc or sysfs only where nothing covers a part of the host's"
        ),
        new("bind *", [ENOENT], "the source does not exist on the host"),
        new("bind *", [ENOTDIR, EINVAL], "a directory cannot be bound to a file, nor a file to a directory"),
        new("unmount *", [EINVAL, ENOENT, ENOTDIR, ELOOP, EACCES], "what was added there is gone, or something covers it"),
        new("mount *", [ENOTDIR], "a part of the mount point's path is a file"),
        .. Everywhere(["mount *", "bind *"], [EROFS], "the mount point is missing in a read-only root file system"),
        .. Everywhere(
            ["mount *", "bind *"],
            [EACCES],
            "the container's root may not make the mount point, which is missing, or may not use the source"
        ),
        .. Everywhere(["mount *", "bind *", "mask *"], [ENOSPC], "the mounts of a namespace are limited by fs.mount-max"),
        .. Everywhere(
            ["create device *", "create the default devices*"],
            [EPERM],
            "mknod needs CAP_MKNOD and a device cgroup that allows it"
        ),
        // Namespaces and IDs.
        .. Everywhere(
            ["clone3", "make the namespaces*"],
            [ENOSPC, EUSERS],
            "a limit in /proc/sys/user/max_*_namespaces is reached, or namespaces are nested 32 deep"
        ),
        .. Everywhere(
            ["clone3", "go on as a process *"],
            [EAGAIN],
            "the pids cgroup, RLIMIT_NPROC or kernel.pid_max allows no more processes"
        ),
        .. Everywhere(["clone3", "make the namespaces*"], [ENOMEM], "the host or the starter's memory cgroup has no memory left"),
        .. Everywhere(
            ["clone3", "make the namespaces*"],
            [EPERM],
            "new namespaces need CAP_SYS_ADMIN, and a user namespace no chroot and no rule of the host against it"
        ),
        .. Everywhere(["clone3", "make the namespaces*"], [EINVAL], "this kernel is built without one of the namespaces"),
        new("clone3", [EBUSY, EOPNOTSUPP], "processes may not be in a cgroup that gave its controllers to children, nor in an invalid one"),
        new("join the namespace *", [ENOENT], "it has gone, or the path is wrong"),
        new("join the namespace *", [EINVAL], "the file is no namespace of that type"),
        new("join the namespace *", [EPERM], "joining needs CAP_SYS_ADMIN in the user namespace that it belongs to"),
        new("make a time namespace with its offsets", [ERANGE], "a clock would go below zero or past 146 years"),
        .. Everywhere(
            ["open /proc/*_map", "write /proc/*_map"],
            [EPERM],
            "the starter may not map some of these IDs: see /etc/subuid and newuidmap"
        ),
        .. Everywhere(
            ["open /proc/*_map", "write /proc/*_map"],
            [EINVAL],
            "a range is empty, overlaps another, or there are more than 340"
        ),
        new("become user *", [EINVAL], "the user namespace's mappings do not hold that user, or one of the groups"),
        new("become user *", [EPERM], "setgroups is denied in this user namespace: it can have no additional groups"),
        new("become user *", [EAGAIN], "the user has more processes than RLIMIT_NPROC allows"),
        // Limits.
        new("set RLIMIT_*", [EPERM], "an ordinary user cannot raise a hard limit: ask for no more than the caller has (ulimit -H)")
        {
            OfOrdinaryUser = true,
        },
        new("set RLIMIT_*", [EPERM], "raising a hard limit needs CAP_SYS_RESOURCE, which this host withholds"),
        .. Everywhere(
            ["open /proc/*/oom_score_adj", "write /proc/*/oom_score_adj"],
            [EACCES, EPERM],
            "a score below the starter's own needs CAP_SYS_RESOURCE"
        ),
        new(
            "set the scheduling policy *",
            [EPERM],
            "it needs CAP_SYS_NICE, and in a cgroup of version 1 a real-time budget (cpu.rt_runtime_us)"
        ),
        new("set the scheduling policy *", [EINVAL], "FIFO and RR take a priority from 1 to 99, DEADLINE a runtime <= deadline <= period"),
        new("set the * CPU affinity *", [EINVAL], "none of these CPUs is online and in the container's cpuset"),
        new(
            "set the memory policy *",
            [EINVAL],
            "the mode takes no nodes or needs some, or none of them is online and allowed for the container"
        ),
        new("set the memory policy *", [ENOSYS], "this kernel is built without memory policies"),
        new(
            "create cgroup *",
            [EROFS, EACCES, EPERM],
            "cgroups may not be made here: delegate a part of the tree, or go without by --cgroup-manager disabled"
        ),
        new("create cgroup *", [EAGAIN], "cgroup.max.descendants of a cgroup above allows no more"),
        new("move into the cgroup *", [ENOSPC], "the cpuset has no CPUs or no memory nodes, since its parents have none"),
        new("limit cpuset.cpus", [EINVAL, EACCES, ERANGE, ENOSPC], "the host, or the cgroup above, has not all of these CPUs"),
        new("limit cpuset.mems", [EINVAL, EACCES, ERANGE, ENOSPC], "the host, or the cgroup above, has not all of these memory nodes"),
        .. Everywhere(
            ["limit cpu.cfs_quota_us", "limit cpu.max"],
            [EINVAL],
            "the least quota is 1000 µs, and the cgroup above may allow less"
        ),
        new("limit cpu.rt_runtime_us", [EINVAL], "the cgroup above has no real-time budget left"),
        // Confinement.
        new("apply the AppArmor profile *", [ENOENT], "the profile is not loaded: apparmor_parser loads it"),
        new("apply the AppArmor profile *", [EINVAL], "AppArmor is not active on this host"),
        new("apply the SELinux label *", [EINVAL], "SELinux is not active on this host, or its policy does not know the label"),
        new("install the seccomp filter", [EACCES], "without process.noNewPrivileges it needs CAP_SYS_ADMIN"),
        new("set kernel parameter *", [ENOENT], "this kernel has no such parameter, or its module is not loaded"),
        new("set kernel parameter *", [EINVAL, ERANGE], "the parameter takes no such value"),
        new("set kernel parameter *", [EACCES, EPERM, EROFS], "the parameter is not the container's to set"),
        new("set the host name *", [EINVAL], "it is longer than 64 bytes"),
        new("set the domain name *", [EINVAL], "it is longer than 64 bytes"),
        // Terminals and other ends.
        new("open a terminal *", [ENOENT], "the configuration mounts no devpts on /dev/pts"),
        new("open a terminal *", [ENOSPC], "kernel.pty.max terminals are open"),
        new("connect to *", [ENOENT], "whoever listens there must do so before the container is made"),
        new("connect to *", [ECONNREFUSED], "nobody listens there, or it is no socket"),
        new("connect to *", [EPROTOTYPE], "it is not a stream socket"),
        new(AgentSteps.HandOver, [EAGAIN], "the agent does not read"),
        new(AgentSteps.HandOver, [EPIPE], "the agent is gone"),
        new("*", [EMFILE], "RLIMIT_NOFILE of whoever started the runtime is reached"),
        new("*", [ENFILE], "fs.file-max files are open on this host"),
        new("*", [ECANCELED], "the process that started it is gone"),
    ];

    private static LaunchHint[] OfUserNamespaces =>
        Array.ConvertAll(
            (LaunchHint[])
                [
                    new(
                        "mount proc on /proc",
                        [EPERM],
                        "a user namespace may mount procfs only where nothing covers parts of the caller's own /proc, and with a new PID namespace"
                    ),
                    new(
                        "mount sysfs *",
                        [EPERM],
                        "sysfs shows a network namespace that the container does not own: bind /sys by rbind instead, as conex-runtime spec --rootless does"
                    ),
                    new(
                        "mount *",
                        [EPERM],
                        "a user namespace may not mount this: it has tmpfs, overlay, fuse, and proc, sysfs, mqueue and cgroup of its own namespaces; what root of the host has mounted can be bound"
                    ),
                    .. Everywhere(
                        ["bind *", "remount *"],
                        [EPERM],
                        "what the host's mount denies, as ro, nosuid, nodev or noexec, a user namespace cannot give back: leave the option out"
                    ),
                    new(
                        "bind *",
                        [EINVAL],
                        "there are mounts below the source, which a user namespace cannot leave out: bind them too, by rbind"
                    ),
                    new(
                        "create device*",
                        [ENOENT, EACCES],
                        "a user namespace shows the host's own device at that path, and there is none that this user reaches"
                    ),
                    new("bind *", [EACCES], "root of the user namespace is an ordinary user on the host, who may not go there"),
                    new("become root of the user namespace", [EINVAL], "the mappings have no ID 0, which a container is set up as"),
                    new(
                        ExecPlanCompiler.Join,
                        [EPERM],
                        "an ordinary user enters a container once it is started: conex-runtime start first"
                    ),
                    new(ExecPlanCompiler.GoOn, [EACCES], "the cgroup above this process's own and the container's belongs to another user"),
                ],
            hint => hint with { InUserNamespace = true }
        );

    /// <returns>Null where no hint is known.</returns>
    internal static string? Find(string step, Errno error, string log = "", bool inUserNamespace = false)
    {
        foreach (LaunchHint hint in Table)
        {
            if (hint.Explains(step, error, log, inUserNamespace))
            {
                return hint.Text;
            }
        }
        return null;
    }

    private static LaunchHint[] Everywhere(string[] steps, Errno[] errors, string text) =>
        Array.ConvertAll(steps, step => new LaunchHint(step, errors, text));
}
