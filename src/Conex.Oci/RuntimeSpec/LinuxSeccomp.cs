namespace Conex.Oci.RuntimeSpec;

/// <summary>A system call filter (runtime-spec config-linux.md, "Seccomp").</summary>
public sealed partial record LinuxSeccomp
{
    /// <summary>What happens to a call that no rule matches, such as <c>SCMP_ACT_ERRNO</c>.</summary>
    public required string DefaultAction { get; init; }

    /// <summary>The errno (or trace value) of <see cref="DefaultAction"/>; EPERM when absent.</summary>
    public uint? DefaultErrnoRet { get; init; }

    /// <summary>The architectures filtered, such as <c>SCMP_ARCH_X86_64</c>; the native one always counts.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Flags of seccomp(2), such as <c>SECCOMP_FILTER_FLAG_LOG</c>.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>A unix socket that receives the notification descriptor of <c>SCMP_ACT_NOTIFY</c>.</summary>
    public string? ListenerPath { get; init; }

    /// <summary>Opaque text sent along with the descriptor.</summary>
    public string? ListenerMetadata { get; init; }

    /// <summary>The rules.</summary>
    public IReadOnlyList<LinuxSyscall>? Syscalls { get; init; }
}

/// <summary>A rule: an action for calls by name, when all conditions hold.</summary>
public sealed partial record LinuxSyscall
{
    /// <summary>The calls' names; names the machine does not know are skipped.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The action, such as <c>SCMP_ACT_ALLOW</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The errno (or trace value) of <see cref="Action"/>; EPERM when absent.</summary>
    public uint? ErrnoRet { get; init; }

    /// <summary>Conditions on arguments.</summary>
    public IReadOnlyList<LinuxSeccompArg>? Args { get; init; }
}

/// <summary>A condition on one argument of a call.</summary>
public sealed partial record LinuxSeccompArg
{
    /// <summary>Which argument, 0 to 5.</summary>
    public required uint Index { get; init; }

    /// <summary>The value compared with; the mask for <c>SCMP_CMP_MASKED_EQ</c>.</summary>
    public required ulong Value { get; init; }

    /// <summary>The value the masked argument is compared with.</summary>
    public ulong ValueTwo { get; init; }

    /// <summary>The comparison, such as <c>SCMP_CMP_EQ</c>.</summary>
    public required string Op { get; init; }
}
