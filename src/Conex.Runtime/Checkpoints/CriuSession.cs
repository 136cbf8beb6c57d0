using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Runtime.ContainerHooks;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Checkpoints;

/// <summary>One criu process for one request: <c>criu swrk 3</c> reads it from a socket, and asks back by notifications (criu.org, "RPC").</summary>
internal sealed class CriuSession : IDisposable
{
    /// <summary>The first number that <see cref="Start"/>'s further descriptors have in criu.</summary>
    internal const int FirstDescriptor = 4;

    private const int SocketNumber = 3;
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Milliseconds that criu has to undo what it did: it frees what it stopped, which nobody can do for it.</summary>
    private const int Patience = 10_000;

    private readonly ChildProcess process;
    private readonly PidHandle? handle;
    private readonly UnixSocket socket;
    private readonly HookSignals signals;
    private ExitStatus? end;

    private CriuSession(ChildProcess process, UnixSocket socket, HookSignals signals)
    {
        this.process = process;
        this.socket = socket;
        this.signals = signals;
        handle = PidHandle.TryOpen(process.Pid);
    }

    internal int Pid => process.Pid;

    /// <summary>Starts criu.</summary>
    /// <param name="signals">End the wait for it.</param>
    /// <param name="ownStreams">Whether this process's standard streams are criu's and so those of what it restores; else /dev/null is.</param>
    /// <param name="descriptors">What becomes criu's descriptors from <see cref="FirstDescriptor"/> on.</param>
    /// <exception cref="KernelException">It cannot be started.</exception>
    internal static CriuSession Start(
        CriuProgram program,
        HookSignals signals,
        bool ownStreams = false,
        IReadOnlyList<FileHandle>? descriptors = null
    )
    {
        (UnixSocket own, UnixSocket remote) = UnixSocket.Pair(packets: true);
        using (remote)
        {
            using FileHandle nothing = PathAt.Open("/dev/null", OpenMode.ReadWrite);
            FileHandle? stream = ownStreams ? null : nothing;
            var process = ChildProcess.Spawn(
                program.Path,
                ["criu", "swrk", $"{SocketNumber}"],
                descriptors: [stream, stream, stream, remote, .. descriptors ?? []]
            );
            return new CriuSession(process, own, signals);
        }
    }

    /// <summary>Sends the request and answers criu's notifications until the answer is there.</summary>
    /// <param name="notified">Does what a notification asks for; the handle is a descriptor that came with it, the callee's to dispose. What it
    /// throws ends criu's work.</param>
    /// <exception cref="CheckpointException">criu ended without an answer, or a signal told this process to end.</exception>
    internal CriuAnswer Ask(byte[] request, Action<CriuAnswer, FileHandle?> notified)
    {
        if (socket.TrySend(request, out Errno error) < 0)
        {
            throw Ended(error);
        }
        byte[] buffer = new byte[LongestAnswer];
        while (true)
        {
            CriuAnswer answer = Receive(buffer, out FileHandle? descriptor);
            if (answer.Type != CriuRequestType.Notify)
            {
                descriptor?.Dispose();
                return answer;
            }
            try
            {
                notified(answer, descriptor);
            }
            catch
            {
                _ = socket.TrySend(CriuRequest.NotificationAnswer(false), out _);
                Abandon();
                throw;
            }
            if (socket.TrySend(CriuRequest.NotificationAnswer(true), out error) < 0)
            {
                throw Ended(error);
            }
        }
    }

    /// <summary>Waits until criu has ended, which it does after its answer.</summary>
    internal ExitStatus AwaitEnd()
    {
        socket.ShutdownWrite();
        if (end is null && Poll.Readable(new FileHandle?[] { handle, signals.Handle }, -1) == 1)
        {
            Abandon();
            throw GivenUp();
        }
        return end ??= process.Wait();
    }

    /// <summary>Ends criu when it has not ended.</summary>
    public void Dispose()
    {
        Abandon();
        socket.Dispose();
        handle?.Dispose();
    }

    private CriuAnswer Receive(byte[] buffer, out FileHandle? descriptor)
    {
        // criu's end is seen by the end of the socket, unless a process that it left behind holds that.
        switch (Poll.Readable(new FileHandle?[] { socket, signals.Handle, handle }, -1))
        {
            case 1:
                Abandon();
                throw GivenUp();
            case 2:
                throw Ended(Errno.None);
            default:
                break;
        }
        int count;
        try
        {
            count = socket.ReceiveDescriptor(buffer, out descriptor);
        }
        catch (KernelException e) when (e.Error == Errno.ECONNRESET)
        {
            // It ended without having read the request.
            throw Ended(Errno.None);
        }
        return count > 0 ? CriuAnswer.Parse(buffer.AsSpan(0, count)) : throw Ended(Errno.None);
    }

    /// <summary>Lets criu find its socket closed, at which it undoes what it did, and kills it when it does not end.</summary>
    private void Abandon()
    {
        if (end is not null)
        {
            return;
        }
        socket.ShutdownWrite();
        if (Poll.Readable(new FileHandle?[] { handle }, Patience) < 0)
        {
            handle?.Send(Signal.SIGKILL);
        }
        end = process.Wait();
    }

    private CheckpointException Ended(Errno error)
    {
        end ??= process.Wait();
        string reason = end.Value.Signal == Signal.None ? $"with exit status {end.Value.Code}" : $"by {end.Value.Signal}";
        string detail = error == Errno.None ? "" : $" ({KernelException.Explain(error)})";
        return new CheckpointException($"criu ended {reason} and without an answer{detail}");
    }

    private CheckpointException GivenUp() => new($"criu was given up, since the runtime got {signals.Read()}");
}
