using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Launch;

/// <summary>Carries a plan out: clones, does the parent's part (cgroup, ID mappings), and says go.</summary>
public static class Launcher
{
    /// <summary>Starts the plan's process. It is in its cgroup and mapped, and has begun to set up, when this returns.</summary>
    /// <exception cref="LaunchException">The process could not be started; nothing of it is left.</exception>
    /// <exception cref="Conex.Linux.Errors.KernelException">The kernel refused the parent's part.</exception>
    public static LaunchedProcess Start(LaunchPlan plan, LaunchInputs inputs)
    {
        (UnixSocket channel, UnixSocket remote) = UnixSocket.Pair(packets: true);
        LaunchedProcess? launched = null;
        try
        {
            // The one that goes on is a copy of what made itself undumpable, so its /proc belongs to root: it inherits the value instead.
            bool inherits = plan.GoesOnAsSibling && CurrentProcess.EffectiveUser != 0;
            if (inherits && inputs.OomScoreAdj is { } inherited)
            {
                WriteOomScore("self", inherited);
            }
            StartedProgram started = Clone(plan, inputs, remote, channel);
            remote.Dispose();
            launched = new LaunchedProcess(plan, inputs, channel, started);
            if (plan.AwaitsCgroups)
            {
                inputs.OnParting?.Invoke();
                launched.Go();
            }
            if (plan.GoesOnAsSibling)
            {
                launched.FollowSibling();
            }
            if (plan.NeedsIdMappings)
            {
                IdMappings.Write(launched.Pid, inputs.UidMappings ?? [], inputs.GidMappings ?? []);
            }
            if (!inherits && inputs.OomScoreAdj is { } score)
            {
                WriteOomScore($"{launched.Pid}", score);
            }
            inputs.OnProcess?.Invoke(launched);
            launched.Go();
            return launched;
        }
        catch
        {
            remote.Dispose();
            launched?.Abandon();
            channel.Dispose();
            inputs.Hooks?.Dispose();
            throw;
        }
    }

    private static StartedProgram Clone(LaunchPlan plan, LaunchInputs inputs, UnixSocket remote, UnixSocket channel)
    {
        using IdMappedMounts? idMapped = plan.IdMappedSources.Count == 0 ? null : IdMappedMounts.Open(plan.IdMappedSources);
        Span<(Register, long)> registers = new (Register, long)[20 + plan.IdMappedSources.Count + plan.Mounts.Count];
        int count = 0;
        registers[count++] = (plan.Channel, remote.Descriptor);
        if (plan.Listener is { } listener)
        {
            registers[count++] = (listener, inputs.Listener!.Descriptor);
        }
        if (plan.Stdio is { } stdio)
        {
            registers[count++] = (stdio.Input, inputs.Stdio!.Value.Input.Descriptor);
            registers[count++] = (stdio.Output, inputs.Stdio.Value.Output.Descriptor);
            registers[count++] = (stdio.Error, inputs.Stdio.Value.Error.Descriptor);
        }
        if (plan.Init is { } init)
        {
            registers[count++] = (init, inputs.Init!.Descriptor);
        }
        if (plan.MountNamespace is { } mounts)
        {
            registers[count++] = (mounts, inputs.MountNamespace!.Descriptor);
        }
        for (int i = 0; i < plan.Mounts.Count; i++)
        {
            registers[count++] = (plan.Mounts[i], inputs.Mounts[i].Descriptor);
        }
        if (plan.Arguments is { } arguments)
        {
            var area = ArgumentArea.Read();
            registers[count++] = (arguments.Start, area.Start);
            registers[count++] = (arguments.Length, area.Length);
        }
        if (plan.Agent is { } agent)
        {
            registers[count++] = (agent.Socket, inputs.Agent!.Socket.Descriptor);
            registers[count++] = (agent.Message, inputs.Agent.Message.Descriptor);
        }
        if (plan.Hooks is { } hooks)
        {
            ReadOnlySpan<(Register, long)> values = inputs.Hooks!.Inputs(hooks);
            values.CopyTo(registers[count..]);
            count += values.Length;
        }
        for (int i = 0; i < plan.IdMappedSources.Count; i++)
        {
            registers[count++] = (plan.IdMappedSources[i].Register, idMapped!.Mounts[i].Descriptor);
        }
        DirectoryHandle? directory = inputs.Cgroup?.UnifiedDirectory;
        if (plan.Cgroup is { } cgroup && directory is not null)
        {
            registers[count++] = (cgroup, directory.Descriptor);
        }
        return SyscallInterpreter.Start(plan.Program, remote, registers[..count], channel, plan.Cgroup is null ? directory : null);
    }

    /// <summary>Written from outside and before the process makes itself undumpable: then /proc/PID belongs to root alone.</summary>
    private static void WriteOomScore(string process, int score)
    {
        string path = $"/proc/{process}/oom_score_adj";
        using FileHandle file = PathAt.Open(path, OpenMode.Write);
        Span<byte> text = stackalloc byte[16];
        score.TryFormat(text, out int length);
        FileIo.TryWrite(file, text[..length], out Errno error);
        if (error == Errno.EACCES)
        {
            throw new LaunchException(
                $"unable to start container process: process.oomScoreAdj {score}: only CAP_SYS_RESOURCE lets it go below what the caller has, "
                    + $"{Encoding.ASCII.GetString(FileIo.ReadAll("/proc/self/oom_score_adj")).Trim()}: ask for no less, or leave it out",
                1
            )
            {
                Call = "write",
                Step = path,
                Error = error,
            };
        }
        if (error != Errno.None)
        {
            throw new KernelException("write", path, error);
        }
    }
}
