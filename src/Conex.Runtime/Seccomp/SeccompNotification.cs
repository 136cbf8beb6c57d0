using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Seccomp;

/// <summary>The action SCMP_ACT_NOTIFY: an agent outside of the container decides about calls.</summary>
internal static class SeccompNotification
{
    private const string Notify = "SCMP_ACT_NOTIFY";

    /// <summary>crun's annotation for profiles without <c>listenerPath</c>.</summary>
    private const string ReceiverAnnotation = "run.oci.seccomp.receiver";

    internal static bool IsUsed(LinuxSeccomp seccomp)
    {
        if (seccomp.DefaultAction == Notify)
        {
            return true;
        }
        foreach (LinuxSyscall rule in seccomp.Syscalls ?? [])
        {
            if (rule.Action == Notify)
            {
                return true;
            }
        }
        return false;
    }

    /// <exception cref="FormatException">The process could never hand its listener over, or nobody takes it.</exception>
    internal static void Check(LinuxSeccomp seccomp)
    {
        if (seccomp.DefaultAction == Notify)
        {
            throw new FormatException(
                $"seccomp: {Notify} as the default action would stop the process before its listener is handed over; name the calls"
            );
        }
        foreach (LinuxSyscall rule in seccomp.Syscalls ?? [])
        {
            foreach (string name in rule.Names)
            {
                // The listener goes to the agent by this call, under the filter.
                if (rule.Action == Notify && name == "sendmsg")
                {
                    throw new FormatException(
                        $"seccomp: {Notify} for sendmsg would stop the process before its listener is handed over; leave it out"
                    );
                }
            }
        }
        if (string.IsNullOrEmpty(seccomp.ListenerPath))
        {
            throw new FormatException($"seccomp: {Notify} needs listenerPath; nobody would answer the notifications");
        }
    }

    /// <summary>The configuration with the annotation's path as <c>listenerPath</c> where it has none.</summary>
    internal static RuntimeSpec WithReceiver(RuntimeSpec spec) =>
        spec.Linux?.Seccomp is { } seccomp
        && string.IsNullOrEmpty(seccomp.ListenerPath)
        && spec.Annotations?.GetValueOrDefault(ReceiverAnnotation) is { Length: > 0 } path
            ? spec with
            {
                Linux = spec.Linux with { Seccomp = seccomp with { ListenerPath = path } },
            }
            : spec;
}
