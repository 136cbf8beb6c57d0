using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Memory;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Monitors;

/// <summary>The container's standard input. It takes no more from clients while the container has not taken what is here.</summary>
internal sealed class ContainerInput(bool endsWithClient) : IDisposable
{
    private const int Capacity = 16 * 1024;

    private readonly PageBuffer memory = new(Capacity);
    private FileHandle? file;
    private Watch? pipe;
    private bool launched;
    private int start;
    private int end;

    /// <summary>Whether clients may be read now. What they send before the launch waits in their sockets.</summary>
    internal bool Accepting => launched && !Pending;

    /// <summary>Whether bytes wait for the container.</summary>
    internal bool Pending => start < end;

    /// <summary>Takes the writing end of a pipe over.</summary>
    internal void OpenPipe(FileHandle writingEnd, Watch watch)
    {
        file = writingEnd;
        pipe = watch;
        launched = true;
    }

    /// <summary>Writes to a terminal's master, which stays its owner's.</summary>
    internal void OpenTerminal(FileHandle master)
    {
        file = master;
        launched = true;
    }

    /// <summary>There is no input: what clients send is thrown away, so that they do not hang.</summary>
    internal void OpenNothing() => launched = true;

    /// <summary>Reads once from a client and passes it on.</summary>
    /// <returns>False when the client's input has ended.</returns>
    internal bool TakeFrom(UnixSocket client)
    {
        int n = FileIo.TryRead(client, memory.Bytes, out Errno error);
        if (n > 0)
        {
            start = 0;
            end = n;
            Flush();
            return true;
        }
        if (n < 0 && error == Errno.EAGAIN)
        {
            return true;
        }
        // A terminal has no end of input of its own: whoever is at the other side types it (Ctrl-D).
        if (endsWithClient && pipe is not null)
        {
            Close();
        }
        return false;
    }

    /// <summary>Writes what waits, as far as the container takes it.</summary>
    internal void Flush()
    {
        while (Pending && file is not null)
        {
            int n = FileIo.TryWrite(file, memory.Bytes[start..end], out Errno error);
            if (n > 0)
            {
                start += n;
                continue;
            }
            if (n < 0 && error != Errno.EAGAIN)
            {
                Refuse();
            }
            return;
        }
        if (file is null)
        {
            start = end;
        }
    }

    /// <summary>Brings the epoll set up to date.</summary>
    internal void Settle()
    {
        if (pipe is not null)
        {
            pipe.Writing = Pending;
            pipe.Update();
        }
    }

    /// <summary>Ends the container's input; what still comes is thrown away.</summary>
    internal void Close()
    {
        start = end;
        pipe?.Drop();
        if (pipe is not null)
        {
            file?.Dispose();
        }
        pipe = null;
        file = null;
    }

    public void Dispose()
    {
        Close();
        memory.Dispose();
    }

    /// <summary>The container closed its input (EPIPE) for good; a terminal that nobody has open (EIO) may be opened again.</summary>
    private void Refuse()
    {
        if (pipe is not null)
        {
            Close();
        }
        start = end;
    }
}
