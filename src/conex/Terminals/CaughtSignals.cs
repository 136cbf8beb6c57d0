using Conex.DockerApi.Client;
using Conex.Linux.Files;
using Conex.Linux.Processes;

namespace Conex.Cli.Terminals;

/// <summary>What this process does with signals while a container runs in its foreground.</summary>
internal sealed class CaughtSignals : IDisposable
{
    private readonly SignalPipe? _pipe;
    private readonly Action<Signal> _handle;

    private CaughtSignals(SignalPipe? pipe, Action<Signal> handle)
    {
        _pipe = pipe;
        _handle = handle;
    }

    /// <summary>Readable when a signal waits; null when none is caught.</summary>
    internal FileHandle? Handle => _pipe?.Handle;

    /// <summary>Catches signals.</summary>
    /// <param name="forward">Sends a signal's number to the container; null when signals are to end this process.</param>
    /// <param name="resize">Follows the size of the terminal; null without one.</param>
    internal static CaughtSignals Catch(Action<Signal>? forward, Action? resize)
    {
        var pipe = (forward, resize) switch
        {
            (null, null) => null,
            // In raw mode the keys send no signals; those that come from elsewhere end this process, which must restore the terminal first.
            (null, _) => SignalPipe.Open(Signal.SIGWINCH, Signal.SIGHUP, Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTERM),
            (_, null) => SignalPipe.Open(Forwarded),
            _ => SignalPipe.Open([.. Forwarded, Signal.SIGWINCH]),
        };
        return new CaughtSignals(
            pipe,
            signal =>
            {
                if (signal == Signal.SIGWINCH)
                    resize?.Invoke();
                else if (forward is not null)
                    forward(signal);
                else
                    throw new InterruptedException(signal);
            }
        );
    }

    // SIGTTIN and SIGTTOU keep their meaning: caught, they would only come again at once.
    private static ReadOnlySpan<Signal> Forwarded =>
        [
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGALRM,
            Signal.SIGTERM,
            Signal.SIGCONT,
            Signal.SIGTSTP,
        ];

    /// <summary>Handles all signals that wait.</summary>
    /// <exception cref="InterruptedException">One of them ends this process.</exception>
    internal void HandleAll()
    {
        while (_pipe is not null && _pipe.Read() is var signal and not Signal.None)
        {
            try
            {
                _handle(signal);
            }
            catch (Exception refused) when (refused is EngineException or EngineUnreachableException)
            {
                // The container has ended, or the daemon has: what is read next tells.
            }
        }
    }

    public void Dispose() => _pipe?.Dispose();
}
