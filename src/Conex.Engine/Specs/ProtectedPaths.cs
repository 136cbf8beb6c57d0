namespace Conex.Engine.Specs;

/// <summary>Paths in /proc and /sys that tell of the host or change it.</summary>
internal static class ProtectedPaths
{
    /// <summary>Unreadable: docker's list, then what docker's default still leaks of the host: kernel addresses, allocator statistics,
    /// keys of all users, the kernel's build notes.</summary>
    internal static IReadOnlyList<string> Masked { get; } =
    [
        "/proc/acpi",
        "/proc/asound",
        "/proc/interrupts",
        "/proc/kcore",
        "/proc/keys",
        "/proc/latency_stats",
        "/proc/sched_debug",
        "/proc/scsi",
        "/proc/timer_list",
        "/proc/timer_stats",
        "/sys/devices/virtual/powercap",
        "/sys/firmware",
        "/proc/kallsyms",
        "/proc/key-users",
        "/proc/pagetypeinfo",
        "/proc/slabinfo",
        "/proc/vmallocinfo",
        "/sys/kernel/notes",
    ];

    /// <summary>Read-only.</summary>
    internal static IReadOnlyList<string> Readonly { get; } = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
}
