using Conex.Linux.Seccomp;
using Conex.Linux.Seccomp.SyscallTables;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Seccomp;

/// <summary>Names in a profile that no table knows. They are skipped, as the specification wants, unless crun's annotation asks for an error.</summary>
internal static class UnknownCalls
{
    private const string Annotation = "run.oci.seccomp_fail_unknown_syscall";

    /// <exception cref="FormatException">A name is unknown, and the annotation is set.</exception>
    internal static void Check(RuntimeSpec spec)
    {
        if (spec.Annotations?.GetValueOrDefault(Annotation) is null or "0" or "false" || spec.Linux?.Seccomp?.Syscalls is not { } rules)
        {
            return;
        }
        foreach (LinuxSyscall rule in rules)
        {
            foreach (string name in rule.Names)
            {
                if (
                    !SyscallTable.TryGetNumber(SeccompArchitecture.X86_64, name, out _)
                    && !SyscallTable.TryGetNumber(SeccompArchitecture.I386, name, out _)
                )
                {
                    throw new FormatException($"seccomp: system call \"{name}\" is unknown, and {Annotation} makes that an error");
                }
            }
        }
    }
}
