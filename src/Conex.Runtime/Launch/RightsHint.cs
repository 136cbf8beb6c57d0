using Conex.Linux.Errors;
using Conex.Linux.Processes;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>What helps where a step failed for want of rights, which an ordinary user or a user namespace has not.</summary>
internal static class RightsHint
{
    /// <returns>The hint, or an empty text.</returns>
    internal static string Of(string label, Errno error, bool inUserNamespace)
    {
        if (error == Errno.EPERM && label.StartsWith("set RLIMIT_", StringComparison.Ordinal))
        {
            return CurrentProcess.EffectiveUser == 0
                ? "raising a hard limit needs CAP_SYS_RESOURCE, which this host withholds"
                : "an ordinary user cannot raise a hard limit: ask for no more than the caller has (ulimit -H)";
        }
        if (!inUserNamespace)
        {
            return "";
        }
        return (label, error) switch
        {
            ("mount proc on /proc", Errno.EPERM) =>
                "a user namespace may mount procfs only where nothing covers parts of the caller's own /proc, and with a new PID namespace",
            ({ } l, Errno.EPERM) when l.StartsWith("mount sysfs ", StringComparison.Ordinal) =>
                "sysfs shows a network namespace that the container does not own: bind /sys by rbind instead, as conex-runtime spec --rootless does",
            ({ } l, Errno.EPERM) when l.StartsWith("mount ", StringComparison.Ordinal) =>
                "a user namespace may not mount this: it has tmpfs, overlay, fuse, and proc, sysfs, mqueue and cgroup of its own namespaces; what "
                    + "root of the host has mounted can be bound",
            ({ } l, Errno.EPERM)
                when l.StartsWith("bind ", StringComparison.Ordinal) || l.StartsWith("remount ", StringComparison.Ordinal) =>
                "what the host's mount denies, as ro, nosuid, nodev or noexec, a user namespace cannot give back: leave the option out",
            ({ } l, Errno.EINVAL) when l.StartsWith("bind ", StringComparison.Ordinal) =>
                "there are mounts below the source, which a user namespace cannot leave out: bind them too, by rbind",
            ({ } l, Errno.ENOENT or Errno.EACCES) when l.StartsWith("create device", StringComparison.Ordinal) =>
                "a user namespace shows the host's own device at that path, and there is none that this user reaches",
            ({ } l, Errno.EACCES) when l.StartsWith("bind ", StringComparison.Ordinal) =>
                "root of the user namespace is an ordinary user on the host, who may not go there",
            ("become root of the user namespace", Errno.EINVAL) => "the mappings have no ID 0, which a container is set up as",
            (ExecPlanCompiler.Join, Errno.EPERM) => "an ordinary user enters a container once it is started: conex-runtime start first",
            (ExecPlanCompiler.GoOn, Errno.EACCES) => "the cgroup above this process's own and the container's belongs to another user",
            _ => "",
        };
    }
}
