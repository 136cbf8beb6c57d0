using Conex.Linux.Processes;

namespace ConexRuntime.Terminals;

/// <summary>The signals that a foreground runtime passes on to its container.</summary>
internal static class SignalForwarding
{
    internal static SignalPipe Open() =>
        SignalPipe.Open(
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGTERM,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGCONT,
            Signal.SIGWINCH,
            Signal.SIGTSTP
        );
}
