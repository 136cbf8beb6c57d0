using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Seccomp;

/// <summary>What a profile does with the one call that it meets in any case: the execve(2) that begins the payload.</summary>
internal static class ExecutionRule
{
    /// <summary>Whether the payload's program can be executed at all; conditions on arguments count as a yes.</summary>
    internal static bool Allows(LinuxSeccomp profile)
    {
        string action = profile.DefaultAction;
        foreach (LinuxSyscall rule in profile.Syscalls ?? [])
        {
            if (!rule.Names.Contains("execve"))
            {
                continue;
            }
            if (rule.Args is { Count: > 0 })
            {
                return true;
            }
            action = rule.Action;
            break;
        }
        return !action.StartsWith("SCMP_ACT_KILL", StringComparison.Ordinal) && action is not ("SCMP_ACT_ERRNO" or "SCMP_ACT_TRAP");
    }
}
