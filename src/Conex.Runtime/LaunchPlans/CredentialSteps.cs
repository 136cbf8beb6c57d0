using Conex.Linux.Capabilities;
using Conex.Linux.Errors;
using Conex.Linux.Processes;
using Conex.Linux.Seccomp;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Seccomp;

namespace Conex.Runtime.LaunchPlans;

/// <summary>User, groups, capabilities, no_new_privs and the seccomp filter, in the one order that works: a filter without no_new_privs
/// needs CAP_SYS_ADMIN and so comes before the capabilities go; with it, it comes last.</summary>
internal static class CredentialSteps
{
    internal static void Add(
        SyscallProgramBuilder program,
        Process process,
        LinuxConfig? linux,
        LaunchOptions options,
        bool inUserNamespace,
        Register channel,
        ConfinementSteps confinement,
        AgentRegisters? agent
    )
    {
        ulong available = inUserNamespace ? ulong.MaxValue : options.AvailableCapabilities;
        ulong bounding = Mask(process.Capabilities?.Bounding) & available;
        ulong permitted = Mask(process.Capabilities?.Permitted) & available;
        ulong effective = Mask(process.Capabilities?.Effective) & permitted;
        ulong ambient = Mask(process.Capabilities?.Ambient) & permitted;
        ulong all = inUserNamespace
            ? (options.LastCapability >= 63 ? ulong.MaxValue : (1UL << (options.LastCapability + 1)) - 1)
            : options.AvailableCapabilities;

        program.Step("drop capabilities from the bounding set");
        program.DropBoundingCapabilities(bounding, options.LastCapability);
        SetIdentity(program, process, inUserNamespace, options.KeepGroups);
        if (process.User.Uid != 0)
        {
            // A change from root to another user cleared the effective set; permitted was kept.
            program.Step("take the kept capabilities back until they are dropped");
            program.SetCapabilities(all, all, 0);
        }
        if (process.NoNewPrivileges)
        {
            DropCapabilities(program, effective, permitted, ambient);
            program.Step("set no_new_privs");
            program.SetNoNewPrivileges();
        }
        DieWithParent(program, options, channel);
        program.Step("close every descriptor that is not the payload's at execve");
        program.CloseOnExecFrom(3 + options.PreservedDescriptors);
        confinement.Apply(program);
        if (linux is { HasSeccomp: true })
        {
            SeccompFilter filter = SeccompFilters.Get(linux, options.FilterCache);
            if (agent is null)
            {
                program.Step("install the seccomp filter");
                program.LoadSeccomp(filter.Image, (uint)filter.Flags);
            }
            else
            {
                AgentSteps.Add(program, filter, options, agent);
            }
        }
        if (!process.NoNewPrivileges)
        {
            DropCapabilities(program, effective, permitted, ambient);
        }
    }

    /// <summary>The capabilities of a configuration that nobody knows, in runc's words; nothing where all are known.</summary>
    internal static IEnumerable<string> Warnings(Capabilities? capabilities)
    {
        List<string> unknown = [];
        foreach (
            IReadOnlyList<string>? names in new[]
            {
                capabilities?.Bounding,
                capabilities?.Effective,
                capabilities?.Permitted,
                capabilities?.Inheritable,
                capabilities?.Ambient,
            }
        )
        {
            foreach (string name in names ?? [])
            {
                if (CapabilitySet.BitOf(name) == 0 && !unknown.Contains(name))
                {
                    unknown.Add(name);
                }
            }
        }
        return unknown.Count == 0 ? [] : [$"ignoring unknown or unavailable capabilities: [{string.Join(' ', unknown)}]"];
    }

    private static void SetIdentity(SyscallProgramBuilder program, Process process, bool inUserNamespace, bool keepGroups)
    {
        User user = process.User;
        program.Step($"become user {user.Uid}, group {user.Gid}");
        if (user.Uid != 0)
        {
            program.KeepCapabilities(true);
        }
        if (!keepGroups)
        {
            IReadOnlyList<uint> groups = user.AdditionalGids ?? [];
            // Where the mapping denies setgroups(2), an empty list changes nothing.
            program.SetGroups(groups, inUserNamespace && groups.Count == 0 ? CallRules.Allow(Errno.EPERM) : default);
        }
        program.SetGroup(user.Gid);
        program.SetUser(user.Uid);
        if (user.Uid != 0)
        {
            program.KeepCapabilities(false);
        }
        program.SetUmask(user.Umask ?? 0x12);
    }

    private static void DropCapabilities(SyscallProgramBuilder program, ulong effective, ulong permitted, ulong ambient)
    {
        // Inheritable stays empty but for what ambient needs (CVE-2022-29162).
        program.Step("set the capabilities");
        program.SetCapabilities(effective, permitted, ambient);
        if (ambient != 0)
        {
            program.SetAmbientCapabilities(ambient);
        }
    }

    private static void DieWithParent(SyscallProgramBuilder program, LaunchOptions options, Register channel)
    {
        if (options.DieWithParent)
        {
            // After the change of credentials, which clears it; the message shows whether the parent died before.
            program.Step("end when the monitor ends");
            program.SetParentDeathSignal(Signal.SIGKILL);
            program.Tell(channel, LaunchPlan.Message.Alive);
        }
    }

    private static ulong Mask(IReadOnlyList<string>? names)
    {
        ulong mask = 0;
        foreach (string name in names ?? [])
        {
            mask |= CapabilitySet.BitOf(name);
        }
        return mask;
    }
}
