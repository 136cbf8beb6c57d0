using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Monitors;

/// <summary>All clients. The index of an entry is the key of its events; an entry is given away again only after the events of a batch were
/// handled, so that none reaches the wrong client.</summary>
internal sealed class ConnectionTable(Epoll epoll)
{
    /// <summary>Clients at once; more wait in the socket's queue.</summary>
    internal const int Capacity = 64;

    private readonly IConnection?[] entries = new IConnection?[Capacity];

    /// <summary>How many clients are connected.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether an attached client has not taken all of the chunk.</summary>
    internal bool AnyBlocked
    {
        get
        {
            foreach (IConnection? entry in entries)
            {
                if (entry is AttachConnection { Blocked: true })
                {
                    return true;
                }
            }
            return false;
        }
    }

    /// <summary>Takes a client that connected. There must be room.</summary>
    internal void Add(UnixSocket socket, Monitor monitor)
    {
        int index = Array.IndexOf(entries, null);
        entries[index] = new NewConnection(new ClientLink(socket, new Watch(epoll, socket, index)), monitor);
        Count++;
    }

    /// <summary>Hands an event to its client.</summary>
    internal void Ready(long key, Readiness readiness)
    {
        IConnection? entry = entries[key];
        if (entry is null or { Link.IsClosed: true })
        {
            return;
        }
        entry.Ready(readiness);
        if (entry is NewConnection { Role: { } role })
        {
            entries[key] = role;
        }
    }

    /// <summary>Sends output to every attached client; it is released when all took it.</summary>
    internal void Deliver(OutputChunk chunk)
    {
        bool blocked = false;
        foreach (IConnection? entry in entries)
        {
            if (entry is AttachConnection { Link.IsClosed: false } attached)
            {
                attached.Deliver();
                blocked |= attached.Blocked;
            }
        }
        if (!blocked)
        {
            chunk.Release();
        }
    }

    /// <summary>Sends a line to every control connection.</summary>
    internal void Broadcast(ReadOnlySpan<byte> line)
    {
        foreach (IConnection? entry in entries)
        {
            (entry as ControlConnection)?.Send(line);
        }
    }

    /// <summary>The container has ended: no input is taken any more, and no client holds the end up.</summary>
    internal void EndInputAndKeepRest()
    {
        foreach (IConnection? entry in entries)
        {
            if (entry is AttachConnection attached)
            {
                attached.EndInput();
                attached.KeepRest();
            }
        }
    }

    /// <summary>Closes every client but those that still have output to get.</summary>
    internal void CloseFinished()
    {
        foreach (IConnection? entry in entries)
        {
            if (entry is not (null or AttachConnection { HasUnsent: true }))
            {
                entry.Link.Close();
            }
        }
    }

    /// <summary>Closes everything.</summary>
    internal void CloseAll()
    {
        foreach (IConnection? entry in entries)
        {
            entry?.Link.Close();
        }
    }

    /// <summary>Forgets closed clients and brings the epoll set up to date for the others.</summary>
    internal void Settle()
    {
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i] is { Link.IsClosed: true })
            {
                entries[i] = null;
                Count--;
            }
            entries[i]?.Settle();
        }
    }
}
