using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Terminals;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Launch;
using Conex.Runtime.Notifications;

namespace ConexRuntime.Terminals;

/// <summary>Stays with a payload until it ends: passes signals on and, with a terminal, copies between it and this process's own.</summary>
internal static class ForegroundProcess
{
    /// <summary>The size of the caller's own terminal; null when standard input is none.</summary>
    internal static ConsoleSize? CallersSize =>
        Terminal.GetSize(FileHandle.StandardInput) is { } size ? new ConsoleSize { Height = size.Rows, Width = size.Columns } : null;

    /// <param name="notify">Listens for the payload's readiness; null without.</param>
    internal static ExitStatus Wait(LaunchedProcess process, SignalPipe signals, bool relayTerminal, NotifyProxy? notify = null) =>
        Wait(process.Handle, relayTerminal ? process.Terminal : null, signals, notify);

    /// <param name="master">The terminal to copy between; null without one.</param>
    /// <param name="notify">Listens for the payload's readiness; null without.</param>
    internal static ExitStatus Wait(PidHandle process, FileHandle? master, SignalPipe signals, NotifyProxy? notify = null)
    {
        using TerminalSettings? settings =
            master is not null && Terminal.IsTerminal(FileHandle.StandardInput) ? Terminal.MakeRaw(FileHandle.StandardInput) : null;
        CopySize(master);
        FileHandle?[] watched = [process, signals.Handle, master, master is null ? null : FileHandle.StandardInput, notify?.Handle];
        byte[] buffer = new byte[master is null ? 0 : 16384];
        while (true)
        {
            switch (Poll.Readable(watched, -1))
            {
                case 0:
                    Drain(master, buffer);
                    return process.Wait();
                case 1:
                    Forward(process, signals, master);
                    break;
                case 2:
                    if (!Copy(master!, FileHandle.StandardOutput, buffer))
                    {
                        watched[2] = null;
                    }
                    break;
                case 4:
                    if (notify!.TryForward(null))
                    {
                        watched[4] = null;
                    }
                    break;
                case 3:
                    if (!Copy(FileHandle.StandardInput, master!, buffer))
                    {
                        watched[3] = null;
                    }
                    break;
            }
        }
    }

    private static void Forward(PidHandle process, SignalPipe signals, FileHandle? master)
    {
        Signal signal = signals.Read();
        if (signal == Signal.SIGWINCH && master is not null)
        {
            CopySize(master);
        }
        else if (signal != Signal.None)
        {
            process.Send(signal);
        }
    }

    private static void CopySize(FileHandle? master)
    {
        if (master is not null && Terminal.GetSize(FileHandle.StandardInput) is { } size)
        {
            Terminal.SetSize(master, size);
        }
    }

    private static bool Copy(FileHandle from, FileHandle to, byte[] buffer)
    {
        int n = FileIo.TryRead(from, buffer, out Errno _);
        if (n > 0)
        {
            FileIo.Write(to, buffer.AsSpan(0, n));
        }
        return n > 0;
    }

    private static void Drain(FileHandle? master, byte[] buffer)
    {
        while (master is not null && Poll.Readable(new FileHandle?[] { master }, 0) == 0 && Copy(master, FileHandle.StandardOutput, buffer))
        { }
    }
}
