using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Terminals;

namespace Conex.Runtime.Monitors;

/// <summary>The container's terminal or pipes: reads its output into the log and to the attached clients, and takes their input.</summary>
internal sealed class ContainerStreams(Epoll epoll, ConnectionTable connections, LogWriter? log, OutputChunk chunk, ContainerInput input)
    : IDisposable
{
    /// <summary>What a pipe holds at most for an ordinary user (/proc/sys/fs/pipe-max-size).</summary>
    private const int LargestPipe = 1024 * 1024;

    private OutputSource? stdout;
    private OutputSource? stderr;
    private bool terminal;
    private bool processEnded;

    /// <summary>Whether everything that the container wrote was read.</summary>
    internal bool Ended => stdout is null or { Ended: true } && stderr is null or { Ended: true };

    /// <summary>Launches the process with the other ends.</summary>
    internal LaunchedPayload Launch(ISupervised supervised, bool withInput) =>
        supervised.UsesTerminal ? LaunchWithTerminal(supervised, withInput) : LaunchWithPipes(supervised, withInput);

    /// <summary>Sets the terminal's size.</summary>
    /// <returns>False without a terminal.</returns>
    internal bool TryResize(WindowSize size)
    {
        if (!terminal || stdout is null or { Ended: true })
        {
            return false;
        }
        Terminal.SetSize(stdout.File, size);
        return true;
    }

    /// <summary>Handles an event of one of the descriptors.</summary>
    internal void Ready(long key, Readiness readiness)
    {
        if (key == EventKeys.Input || (readiness & Readiness.Writable) != 0)
        {
            input.Flush();
        }
        OutputSource? source = key switch
        {
            EventKeys.Output => stdout,
            EventKeys.ErrorOutput => stderr,
            _ => null,
        };
        if (source is { Ended: false } && !chunk.InUse && (readiness & ~Readiness.Writable) != 0)
        {
            _ = Read(source);
        }
    }

    /// <summary>The process is gone. Its input ends; its output may still hold bytes, or an orphan that writes on.</summary>
    internal void ProcessEnded()
    {
        processEnded = true;
        input.Close();
        if (stdout is not null)
        {
            stdout.Watch.OnlyChanges = false;
        }
    }

    /// <summary>Reads what is there now, and ends: an orphan that holds a pipe open may not hold the end of its container up.</summary>
    internal void ReadRest()
    {
        ReadRest(stdout);
        ReadRest(stderr);
    }

    /// <summary>Brings the epoll set up to date: while a client has not taken the last output, no more is read.</summary>
    internal void Settle()
    {
        if (chunk.InUse && !connections.AnyBlocked)
        {
            chunk.Release();
        }
        input.Settle();
        Settle(stdout);
        Settle(stderr);
    }

    public void Dispose()
    {
        input.Dispose();
        stdout?.Close();
        stderr?.Close();
        log?.Dispose();
        chunk.Dispose();
    }

    private void Settle(OutputSource? source)
    {
        if (source is { Ended: false })
        {
            source.Watch.Reading = !chunk.InUse;
            source.Watch.Writing = terminal && input.Pending;
            source.Watch.Update();
        }
    }

    private LaunchedPayload LaunchWithTerminal(ISupervised supervised, bool withInput)
    {
        LaunchedPayload payload = supervised.Launch(null, null, null);
        FileHandle master = payload.Terminal ?? throw new InvalidOperationException("the terminal of the container is missing");
        FileIo.SetNonBlocking(master);
        terminal = true;
        stdout = new OutputSource(OutputStream.Stdout, master, new Watch(epoll, master, EventKeys.Output));
        if (withInput)
        {
            input.OpenTerminal(master);
        }
        else
        {
            input.OpenNothing();
        }
        return payload;
    }

    private LaunchedPayload LaunchWithPipes(ISupervised supervised, bool withInput)
    {
        // Each end has flags of its own: ours answer EAGAIN, the container's wait as programs expect.
        (FileHandle outRead, FileHandle outWrite) = FileIo.Pipe();
        using FileHandle childOut = outWrite;
        stdout = new OutputSource(OutputStream.Stdout, outRead, new Watch(epoll, outRead, EventKeys.Output));
        (FileHandle errorRead, FileHandle errorWrite) = FileIo.Pipe();
        using FileHandle childError = errorWrite;
        stderr = new OutputSource(OutputStream.Stderr, errorRead, new Watch(epoll, errorRead, EventKeys.ErrorOutput));
        FileIo.SetNonBlocking(outRead);
        FileIo.SetNonBlocking(errorRead);
        using FileHandle childInput = withInput ? OpenInput() : PathAt.Open("/dev/null", OpenMode.Read);
        if (!withInput)
        {
            input.OpenNothing();
        }
        return supervised.Launch(childInput, childOut, childError);
    }

    private FileHandle OpenInput()
    {
        (FileHandle read, FileHandle write) = FileIo.Pipe();
        FileIo.SetNonBlocking(write);
        input.OpenPipe(write, new Watch(epoll, write, EventKeys.Input));
        return read;
    }

    /// <summary>Reads once.</summary>
    /// <returns>Whether more may be there.</returns>
    private bool Read(OutputSource source)
    {
        int n = FileIo.TryRead(source.File, chunk.Space, out Errno error);
        if (n > 0)
        {
            source.Watch.OnlyChanges = false;
            chunk.Fill(source.Stream, n);
            log?.Write(source.Stream, chunk.Payload, UtcTime.Now);
            connections.Deliver(chunk);
            return true;
        }
        if (n < 0 && error == Errno.EAGAIN)
        {
            return false;
        }
        if (terminal && !processEnded)
        {
            // Nobody has the terminal open (EIO). Until the process ends somebody may open it again, as an init system does; only that
            // change wakes the loop, not the lasting hang-up.
            source.Watch.OnlyChanges = true;
            return false;
        }
        source.Close();
        return false;
    }

    private void ReadRest(OutputSource? source)
    {
        for (int bytes = 0; source is { Ended: false } && !chunk.InUse && bytes < LargestPipe; bytes += chunk.Payload.Length)
        {
            if (!Read(source))
            {
                break;
            }
        }
        source?.Close();
    }
}
