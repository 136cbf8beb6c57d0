using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Runtime.ContainerHooks;

/// <summary>The signals that end the wait for a hook: one without a timeout could hold the runtime for ever.</summary>
internal sealed class HookSignals : IDisposable
{
    private readonly SignalPipe pipe;

    private HookSignals(SignalPipe pipe) => this.pipe = pipe;

    internal FileHandle Handle => pipe.Handle;

    internal static HookSignals Open() => new(SignalPipe.Open(Signal.SIGHUP, Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTERM));

    internal Signal Read() => pipe.Read();

    /// <summary>Signals that came too late for the hooks are for whoever handled them before.</summary>
    public void Dispose() => pipe.DisposeAndSendRest();
}
