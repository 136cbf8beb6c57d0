using System.Globalization;

namespace Hello;

/// <summary>Capabilities, no_new_privs and seccomp.</summary>
internal static class PrivilegeFacts
{
    private static readonly string[] Names =
    [
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    ];

    internal static void Describe(Report report)
    {
        string status = Report.Read("/proc/self/status") ?? "";
        report.Fact("capabilities", Capabilities(ProcessFacts.Field(status, "CapEff")));
        string privileges =
            ProcessFacts.Field(status, "NoNewPrivs") == "1" ? "none can be gained (no_new_privs)" : "set-uid programs may gain some";
        report.Fact("privileges", privileges);
        report.Fact(
            "seccomp",
            ProcessFacts.Field(status, "Seccomp") switch
            {
                "0" => "off: every system call reaches the kernel",
                "1" => "strict",
                "2" => $"a filter decides which system calls reach the kernel ({ProcessFacts.Field(status, "Seccomp_filters")} installed)",
                _ => "unknown",
            }
        );
    }

    private static string Capabilities(string mask)
    {
        if (!ulong.TryParse(mask, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits))
        {
            return "unknown";
        }
        List<string> held = [];
        List<string> missing = [];
        for (int i = 0; i < Names.Length; i++)
        {
            ((bits & (1UL << i)) != 0 ? held : missing).Add(Names[i]);
        }
        return missing.Count == 0 ? $"all {Names.Length}"
            : held.Count == 0 ? "none"
            : held.Count > missing.Count ? $"all but {string.Join(' ', missing)}"
            : string.Join(' ', held);
    }
}
