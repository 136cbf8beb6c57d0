using System.Buffers.Binary;
using Conex.Linux.Processes;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.LaunchPlans;

/// <summary>Signal actions, resource limits, scheduling and execution domain of a process.</summary>
internal static class LimitSteps
{
    private static readonly Signal[] IgnoredByCallers =
    [
        Signal.SIGHUP,
        Signal.SIGINT,
        Signal.SIGQUIT,
        Signal.SIGPIPE,
        Signal.SIGTERM,
        Signal.SIGCHLD,
        Signal.SIGTSTP,
        Signal.SIGTTIN,
        Signal.SIGTTOU,
    ];

    /// <summary>What a process ignores stays ignored over clone3(2) and execve(2). Shells ignore the first three for what they run in the
    /// background, .NET ignores SIGPIPE: a container must not depend on who started it.</summary>
    internal static void GiveSignalsDefaults(SyscallProgramBuilder program, LaunchOptions options)
    {
        foreach (Signal signal in IgnoredByCallers)
        {
            if (!options.CaughtSignals.Contains(signal))
            {
                program.DefaultSignal(signal);
            }
        }
    }

    internal static void Add(SyscallProgramBuilder program, Process process, LaunchOptions options)
    {
        program.Step("give signals their default actions");
        GiveSignalsDefaults(program, options);
        ulong seen = 0;
        foreach (Rlimit limit in process.Rlimits ?? [])
        {
            int resource = ResourceOf(limit.Type);
            if ((seen & (1UL << resource)) != 0)
            {
                throw new InvalidSpecException($"process.rlimits: {limit.Type} is given twice");
            }
            seen |= 1UL << resource;
            if (limit.Soft > limit.Hard)
            {
                throw new InvalidSpecException(
                    $"process.rlimits: {limit.Type} has a soft limit of {limit.Soft} above its hard limit of {limit.Hard}"
                );
            }
            program.Step($"set {limit.Type} to {limit.Soft}:{limit.Hard}");
            program.SetLimit(resource, limit.Soft, limit.Hard);
        }
        if (process.Scheduler is { } scheduler)
        {
            program.Step($"set the scheduling policy {scheduler.Policy}");
            program.SetScheduler(program.Bytes(SchedulerAttributes(scheduler)));
        }
        if (process.IoPriority is { } priority)
        {
            program.Step($"set the I/O priority {priority.Class} {priority.Priority}");
            program.SetIoPriority((IoClassOf(priority.Class) << 13) | priority.Priority);
        }
    }

    internal static void SetPersonality(SyscallProgramBuilder program, LinuxPersonality? personality)
    {
        if (personality is null)
        {
            return;
        }
        if (personality.Flags is { Count: > 0 })
        {
            throw new InvalidSpecException("linux.personality.flags: no flags are supported");
        }
        program.Step($"set the personality {personality.Domain}");
        program.SetPersonality(
            personality.Domain switch
            {
                "LINUX" => 0,
                "LINUX32" => 8,
                { } other => throw new InvalidSpecException($"linux.personality.domain: unknown \"{other}\", known are LINUX and LINUX32"),
            }
        );
    }

    private static int ResourceOf(string type) =>
        type switch
        {
            "RLIMIT_CPU" => 0,
            "RLIMIT_FSIZE" => 1,
            "RLIMIT_DATA" => 2,
            "RLIMIT_STACK" => 3,
            "RLIMIT_CORE" => 4,
            "RLIMIT_RSS" => 5,
            "RLIMIT_NPROC" => 6,
            "RLIMIT_NOFILE" => 7,
            "RLIMIT_MEMLOCK" => 8,
            "RLIMIT_AS" => 9,
            "RLIMIT_LOCKS" => 10,
            "RLIMIT_SIGPENDING" => 11,
            "RLIMIT_MSGQUEUE" => 12,
            "RLIMIT_NICE" => 13,
            "RLIMIT_RTPRIO" => 14,
            "RLIMIT_RTTIME" => 15,
            _ => throw new InvalidSpecException($"process.rlimits: invalid rlimit type \"{type}\""),
        };

    private static byte[] SchedulerAttributes(Scheduler scheduler)
    {
        // struct sched_attr: u32 size, u32 policy, u64 flags, s32 nice, u32 priority, u64 runtime, deadline, period.
        byte[] bytes = new byte[48];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 48);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(4),
            scheduler.Policy switch
            {
                "SCHED_OTHER" => 0u,
                "SCHED_FIFO" => 1u,
                "SCHED_RR" => 2u,
                "SCHED_BATCH" => 3u,
                "SCHED_ISO" => 4u,
                "SCHED_IDLE" => 5u,
                "SCHED_DEADLINE" => 6u,
                { } other => throw new InvalidSpecException($"process.scheduler: unknown policy \"{other}\""),
            }
        );
        ulong flags = 0;
        foreach (string flag in scheduler.Flags ?? [])
        {
            flags |= flag switch
            {
                "SCHED_FLAG_RESET_ON_FORK" => 0x01UL,
                "SCHED_FLAG_RECLAIM" => 0x02UL,
                "SCHED_FLAG_DL_OVERRUN" => 0x04UL,
                "SCHED_FLAG_KEEP_POLICY" => 0x08UL,
                "SCHED_FLAG_KEEP_PARAMS" => 0x10UL,
                "SCHED_FLAG_UTIL_CLAMP_MIN" => 0x20UL,
                "SCHED_FLAG_UTIL_CLAMP_MAX" => 0x40UL,
                _ => throw new InvalidSpecException($"process.scheduler: unknown flag \"{flag}\""),
            };
        }
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), flags);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), scheduler.Nice);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), (uint)scheduler.Priority);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), scheduler.Runtime);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), scheduler.Deadline);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), scheduler.Period);
        return bytes;
    }

    private static int IoClassOf(string name) =>
        name switch
        {
            "IOPRIO_CLASS_RT" => 1,
            "IOPRIO_CLASS_BE" => 2,
            "IOPRIO_CLASS_IDLE" => 3,
            _ => throw new InvalidSpecException($"process.ioPriority: unknown class \"{name}\""),
        };
}
