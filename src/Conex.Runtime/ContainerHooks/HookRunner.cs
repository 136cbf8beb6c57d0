using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.ContainerHooks;

/// <summary>Runs the hooks of the runtime's namespaces: prestart, createRuntime, poststart, poststop.</summary>
internal static class HookRunner
{
    private const int Forever = -1;

    /// <summary>Runs hooks one after the other until one fails.</summary>
    /// <param name="state">The container's state as JSON, for their standard input.</param>
    /// <param name="directory">Their working directory: the bundle.</param>
    /// <exception cref="LaunchException">One failed, ran too long, or this process was told to end.</exception>
    internal static void Run(
        string kind,
        IReadOnlyList<Hook>? hooks,
        ReadOnlySpan<byte> state,
        string directory,
        IReadOnlyDictionary<string, string>? annotations
    )
    {
        if (hooks is { Count: > 0 })
        {
            Run(kind, hooks, 0, hooks.Count, state, directory, annotations);
        }
    }

    /// <inheritdoc cref="Run(string, IReadOnlyList{Hook}?, ReadOnlySpan{byte}, string, IReadOnlyDictionary{string, string}?)"/>
    internal static void Run(
        string kind,
        IReadOnlyList<Hook> hooks,
        int first,
        int count,
        ReadOnlySpan<byte> state,
        string directory,
        IReadOnlyDictionary<string, string>? annotations
    )
    {
        using var signals = HookSignals.Open();
        for (int i = first; i < first + count; i++)
        {
            using FileHandle input = MemoryFile.Create("container-state", state);
            using var streams = new HookStreams(annotations);
            if (Run(hooks[i], input, streams, directory, signals) is { } reason)
            {
                string name = HookFailureText.Name(kind, i, hooks[i].Path);
                throw new LaunchException(HookFailureText.Describe(name, reason, streams.Tail), 1) { IsByHook = true };
            }
        }
    }

    /// <returns>Null, or why it failed.</returns>
    private static string? Run(Hook hook, FileHandle input, HookStreams streams, string directory, HookSignals signals)
    {
        ChildProcess process;
        try
        {
            process = ChildProcess.Spawn(
                hook.Path,
                hook.Args is { Count: > 0 } arguments ? arguments : [hook.Path],
                hook.Env ?? [],
                [input, streams.Output, streams.Error],
                newSession: true,
                directory
            );
        }
        catch (KernelException e)
        {
            return KernelException.Explain(e.Error);
        }
        using PidHandle? handle = PidHandle.TryOpen(process.Pid);
        int time = hook.Timeout is { } seconds ? (int)Math.Min(seconds * 1000L, int.MaxValue) : Forever;
        int ready = Poll.Readable(new FileHandle?[] { handle, signals.Handle }, time);
        if (ready == 0)
        {
            ExitStatus status = process.Wait();
            return status is { Code: 0, Signal: Signal.None } ? null : HookFailureText.Reason(status);
        }
        Signal given = ready == 1 ? signals.Read() : Signal.None;
        // Its session is a group of its own: what it started ends with it.
        _ = Signals.Send(-process.Pid, Signal.SIGKILL);
        _ = process.Wait();
        return ready == 1 ? $"given up, since the runtime got {given}" : HookFailureText.TimedOut;
    }
}
