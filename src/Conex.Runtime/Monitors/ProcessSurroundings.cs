using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;

namespace Conex.Runtime.Monitors;

/// <summary>The monitor as a process of its own: session, signals and standard descriptors.</summary>
internal sealed class ProcessSurroundings : IDisposable
{
    private readonly MonitorOptions options;
    private readonly SignalPipe? signals;

    internal ProcessSurroundings(MonitorOptions options, Epoll epoll)
    {
        this.options = options;
        if (!options.OwnsProcess)
        {
            return;
        }
        try
        {
            CurrentProcess.NewSession();
        }
        catch (KernelException e) when (e.Error == Errno.EPERM)
        {
            // It leads a session already: whoever started it saw to that.
        }
        // SIGPIPE and SIGXFSZ would end a process that writes to a closed pipe or a full file; caught, the write itself says why.
        signals = SignalPipe.Open(Signal.SIGTERM, Signal.SIGPIPE, Signal.SIGXFSZ);
        new Watch(epoll, signals.Handle, EventKeys.Signals) { Reading = true }.Update();
    }

    /// <summary>Says that the socket is there, and lets go of whoever waited for that.</summary>
    internal void Announce()
    {
        _ = FileIo.TryWrite(options.Announcement ?? FileHandle.StandardOutput, "listening\n"u8, out _);
        if (options.OwnsProcess)
        {
            using FileHandle nothing = PathAt.Open("/dev/null", OpenMode.ReadWrite);
            FileIo.DuplicateOnto(nothing, 0);
            FileIo.DuplicateOnto(nothing, 1);
        }
    }

    /// <summary>Reads the signals that arrived.</summary>
    /// <returns>Whether SIGTERM was among them.</returns>
    internal bool TakeTermination()
    {
        bool terminated = false;
        while (signals?.Read() is { } signal and not Signal.None)
        {
            terminated |= signal == Signal.SIGTERM;
        }
        return terminated;
    }

    public void Dispose() => signals?.Dispose();
}
