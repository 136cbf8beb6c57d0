using Conex.Linux.Errors;
using Conex.Linux.Polling;

namespace Conex.Runtime.Monitors;

/// <summary>A client on the container's standard streams.</summary>
/// <remarks>
/// It sends straight from the one <see cref="OutputChunk"/> and remembers only how far it is. After the container's end the rest is copied
/// (<see cref="KeepRest"/>): a client that does not read may delay its own output, not the end of the container.
/// </remarks>
internal sealed class AttachConnection(ClientLink link, OutputChunk chunk, ContainerInput input, bool stdin, bool stdout, bool stderr)
    : IConnection
{
    /// <summary>More than pipes hold: who lets so much pile up after the end is cut off.</summary>
    private const int LargestTail = 4 * 1024 * 1024;

    private bool wantsOutput = true;
    private bool wantsInput = stdin;
    private bool hungUp;
    private int sent;
    private byte[]? tail;
    private int tailStart;
    private int tailEnd;

    public ClientLink Link => link;

    /// <summary>Whether it has not taken all of the chunk, which therefore stays.</summary>
    internal bool Blocked { get; private set; }

    /// <summary>Whether it still has output to get.</summary>
    internal bool HasUnsent => Blocked || tailStart < tailEnd;

    /// <summary>Sends the new chunk, or begins to.</summary>
    internal void Deliver()
    {
        if (!wantsOutput || !(chunk.Stream == OutputStream.Stdout ? stdout : stderr))
        {
            return;
        }
        sent = 0;
        Blocked = true;
        Send();
    }

    /// <summary>The container has ended: from now on what cannot be sent is copied and holds nobody up.</summary>
    internal void KeepRest()
    {
        tail ??= [];
        MoveToTail();
    }

    /// <summary>The container will take no more input.</summary>
    internal void EndInput() => wantsInput = false;

    public void Ready(Readiness readiness)
    {
        if (HasUnsent)
        {
            Send();
        }
        bool gone = (readiness & (Readiness.HangUp | Readiness.Error)) != 0;
        if (wantsInput && input.Accepting && (gone || (readiness & Readiness.Readable) != 0))
        {
            wantsInput = input.TakeFrom(link.Socket);
        }
        if (gone)
        {
            hungUp = true;
            StopOutput();
        }
        if (hungUp && !wantsInput)
        {
            link.Close();
        }
    }

    public void Settle()
    {
        // The container's input may still be in the socket of a client that is gone: its hang-up is no news until it can be read.
        link.Watch.HangUps = !hungUp;
        link.Watch.Reading = wantsInput && input.Accepting;
        link.Watch.Writing = HasUnsent;
        link.Watch.Update();
    }

    private void Send()
    {
        while (HasUnsent)
        {
            ReadOnlySpan<byte> rest = tailStart < tailEnd ? tail.AsSpan(tailStart..tailEnd) : chunk.Transmission[sent..];
            int n = link.Socket.TrySend(rest, out Errno error);
            if (n < 0)
            {
                if (error != Errno.EAGAIN)
                {
                    StopOutput();
                }
                break;
            }
            if (tailStart < tailEnd)
            {
                tailStart += n;
            }
            else
            {
                sent += n;
                Blocked = sent < chunk.Transmission.Length;
            }
        }
        if (tail is not null)
        {
            MoveToTail();
        }
    }

    private void MoveToTail()
    {
        if (!Blocked)
        {
            return;
        }
        Blocked = false;
        ReadOnlySpan<byte> rest = chunk.Transmission[sent..];
        if (tailStart == tailEnd)
        {
            tailStart = tailEnd = 0;
        }
        if (tailEnd + rest.Length > LargestTail)
        {
            StopOutput();
            link.Close();
            return;
        }
        if (tailEnd + rest.Length > tail!.Length)
        {
            Array.Resize(ref tail, Math.Max(tailEnd + rest.Length, tail.Length * 2));
        }
        rest.CopyTo(tail.AsSpan(tailEnd));
        tailEnd += rest.Length;
    }

    private void StopOutput()
    {
        wantsOutput = false;
        Blocked = false;
        tailStart = tailEnd = 0;
    }
}
