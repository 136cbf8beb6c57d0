using Conex.Cli.Output;
using Conex.DockerApi.Client;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Terminals;

namespace Conex.Cli.Terminals;

/// <summary>A process in a container that this process stands for: its streams, its terminal, its signals.</summary>
internal sealed class Foreground : IDisposable
{
    private readonly CaughtSignals _signals;
    private readonly AttachedStreams _streams;
    private readonly TerminalSettings? _settings;
    private readonly bool _input;
    private readonly Action<WindowSize>? _resize;

    /// <param name="connection">The hijacked connection.</param>
    /// <param name="tty">Whether the process has a terminal.</param>
    /// <param name="input">Whether standard input is sent.</param>
    /// <param name="forward">Sends a signal to the process; null when signals are not for it.</param>
    /// <param name="resize">Sets the size of its terminal.</param>
    /// <param name="detachKeys">The keys that leave it alone, as the option names them.</param>
    internal Foreground(
        HijackedConnection connection,
        bool tty,
        bool input,
        Action<Signal>? forward,
        Action<WindowSize> resize,
        string? detachKeys
    )
    {
        _input = input;
        _resize = tty && Window() is not null ? resize : null;
        var keys = tty && input ? DetachKeys.Parse(detachKeys) : null;
        _signals = CaughtSignals.Catch(forward, _resize is null ? null : Resize);
        _streams = new AttachedStreams(connection, tty, _signals, keys);
        if (tty && input && Terminal.IsTerminal(FileHandle.StandardInput))
            _settings = Terminal.MakeRaw(FileHandle.StandardInput);
    }

    /// <summary>The size of the terminal of this process, if it has one.</summary>
    internal static WindowSize? Window() => Terminal.GetSize(FileHandle.StandardOutput) ?? Terminal.GetSize(FileHandle.StandardInput);

    /// <summary>Refuses <c>-it</c> where the input is no terminal, as in a pipe: the container's terminal would answer nobody.</summary>
    /// <exception cref="CommandException">The input is no terminal.</exception>
    internal static void CheckInput(bool tty, bool input)
    {
        if (tty && input && !Terminal.IsTerminal(FileHandle.StandardInput))
            throw new CommandException("the input device is not a TTY");
    }

    /// <summary>Copies streams until the output ends; call when the process has started.</summary>
    /// <returns>False when the user detached.</returns>
    internal bool Run()
    {
        Resize();
        if (_input)
            _streams.StartInput();
        var ended = _streams.CopyOutput();
        _settings?.Dispose();
        return ended;
    }

    /// <summary>Waits for the container's end; signals still reach it.</summary>
    internal long ExitCode(PendingWait wait)
    {
        while (!wait.IsReady && Poll.Readable([wait.Handle, _signals.Handle], -1) != 0)
            _signals.HandleAll();
        var result = wait.Result();
        if (result.Error is { Message.Length: > 0 } error)
            throw new CommandException($"Error waiting for container: {error.Message}", 125);
        return result.StatusCode;
    }

    public void Dispose()
    {
        _settings?.Dispose();
        _streams.Dispose();
        _signals.Dispose();
    }

    private void Resize()
    {
        if (_resize is null || Window() is not { } window)
            return;
        try
        {
            _resize(window);
        }
        catch (EngineException)
        {
            // The process has ended already.
        }
    }
}
