using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Seccomp;

/// <summary>The action SCMP_ACT_NOTIFY: an agent outside of the container decides about calls.</summary>
internal static class SeccompNotification
{
    private const string Notify = "SCMP_ACT_NOTIFY";

    /// <summary>crun's annotation for profiles without <c>listenerPath</c>.</summary>
    private const string ReceiverAnnotation = "run.oci.seccomp.receiver";

    /// <summary>Whether a configuration may have the action; an escape in the text could spell it.</summary>
    internal static bool MayBeUsed(LinuxConfig linux)
    {
        ReadOnlySpan<byte> text = linux.SeccompText.Span;
        return text.IsEmpty
            ? linux.HasSeccomp && IsUsedBy(linux.Seccomp!)
            : text.IndexOf("SCMP_ACT_NOTIFY"u8) >= 0 || text.Contains((byte)'\\');
    }

    /// <summary>The profile of a configuration whose filter notifies an agent; null when it does not.</summary>
    internal static LinuxSeccomp? Find(LinuxConfig? linux) =>
        linux is not null && MayBeUsed(linux) && linux.Seccomp is { } seccomp && IsUsedBy(seccomp) ? seccomp : null;

    internal static bool IsUsedBy(LinuxSeccomp seccomp)
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
        spec.Annotations?.GetValueOrDefault(ReceiverAnnotation) is { Length: > 0 } path
        && spec.Linux?.Seccomp is { } seccomp
        && string.IsNullOrEmpty(seccomp.ListenerPath)
            ? spec with
            {
                Linux = spec.Linux with { Seccomp = seccomp with { ListenerPath = path } },
            }
            : spec;
}
