using System.Runtime.InteropServices;
using Conex.Api.Hosting;

namespace Conex.Daemon;

/// <summary>What makes the daemon leave: SIGTERM, SIGINT, a client of another build, or nothing to do.</summary>
internal sealed class LeaveSignal : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(5);
    private readonly TaskCompletionSource<string> reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource interrupted = new();
    private readonly PosixSignalRegistration[] signals;

    internal LeaveSignal() =>
        signals = [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            // A closed terminal is no reason: the daemon serves others too.
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true),
        ];

    /// <summary>Cancelled by a signal, also while the daemon still starts.</summary>
    internal CancellationToken Token => interrupted.Token;

    /// <summary>Whether another daemon takes over at once.</summary>
    internal bool IsHandover { get; private set; }

    /// <summary>Why, for the log.</summary>
    internal string Reason => reason.Task.IsCompletedSuccessfully ? reason.Task.Result : "";

    internal void HandOver()
    {
        IsHandover = true;
        reason.TrySetResult("a client of another build asked for it");
    }

    /// <summary>Waits for a reason.</summary>
    /// <param name="server">The server that may have nothing to do.</param>
    /// <param name="leavesWhenIdle">Whether that is a reason.</param>
    internal async Task WaitAsync(ApiServer server, bool leavesWhenIdle)
    {
        var memory = new QuietMemory(server);
        while (await Task.WhenAny(reason.Task, Task.Delay(Check)) != reason.Task)
        {
            memory.ReleaseWhenQuiet();
            if (leavesWhenIdle && server.IdleTime > IdleLimit)
            {
                reason.TrySetResult("nobody needs it");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in signals)
        {
            signal.Dispose();
        }

        interrupted.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        reason.TrySetResult(signal.Signal.ToString());
        interrupted.Cancel();
    }
}
