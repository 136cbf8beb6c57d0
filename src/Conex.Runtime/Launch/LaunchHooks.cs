using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Launch;

/// <summary>The starter's part in the hooks of a launch: runs those outside of the container, hands in what those inside need.</summary>
public sealed class LaunchHooks : IDisposable
{
    private readonly Hooks hooks;
    private readonly HookSignals signals = HookSignals.Open();
    private readonly HookStreams? streams;
    private readonly FileHandle? state;
    private readonly FileHandle? startState;
    private ContainerRecord record;

    private LaunchHooks(Hooks hooks, ContainerRecord record)
    {
        this.hooks = hooks;
        this.record = record;
        if (hooks.CreateContainer is { Count: > 0 } || hooks.StartContainer is { Count: > 0 })
        {
            streams = new HookStreams(record.Annotations);
            state = MemoryFile.Create("container-state");
            startState = MemoryFile.Create("container-state");
        }
    }

    /// <summary>Readable when this process is told to end.</summary>
    internal FileHandle Signals => signals.Handle;

    /// <summary>The signal that told this process to end.</summary>
    internal Linux.Processes.Signal TakeSignal() => signals.Read();

    /// <summary>What a launch needs for these hooks; null when it has none.</summary>
    /// <exception cref="Linux.Errors.KernelException">A file that an annotation names cannot be opened.</exception>
    internal static LaunchHooks? Of(Hooks? hooks, ContainerRecord record) =>
        hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 } or { CreateContainer.Count: > 0 } or { StartContainer.Count: > 0 }
            ? new LaunchHooks(hooks, record)
            : null;

    /// <summary>The values of the plan's registers.</summary>
    internal ReadOnlySpan<(Register, long)> Inputs(HookRegisters registers) =>
        new (Register, long)[]
        {
            (registers.State, state!.Descriptor),
            (registers.StartState, startState!.Descriptor),
            (registers.Output, streams!.Output.Descriptor),
            (registers.Error, streams.Error.Descriptor),
        };

    /// <summary>Writes the state down for the hooks inside, now that the process has a number.</summary>
    internal void Describe(ContainerRecord recordWithProcess)
    {
        record = recordWithProcess;
        if (state is not null)
        {
            MemoryFile.Fill(state, ContainerStateText.Utf8(record, "creating", record.Pid));
            MemoryFile.Fill(startState!, ContainerStateText.Utf8(record, "created", record.Pid));
        }
    }

    /// <summary>Runs prestart and createRuntime hooks.</summary>
    /// <exception cref="Errors.LaunchException">One failed.</exception>
    internal void RunOutside()
    {
        byte[] text = ContainerStateText.Utf8(record, "creating", record.Pid);
        HookRunner.Run("prestart", hooks.Prestart, text, record.Bundle, record.Annotations);
        HookRunner.Run("createRuntime", hooks.CreateRuntime, text, record.Bundle, record.Annotations);
        CrashStep.At("runtime.create.hooks-run");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        signals.Dispose();
        streams?.Dispose();
        state?.Dispose();
        startState?.Dispose();
    }
}
