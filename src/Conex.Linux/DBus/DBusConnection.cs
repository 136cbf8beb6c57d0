using System.Text;
using Conex.Linux.Clocks;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.Linux.DBus;

/// <summary>A synchronous connection to a bus or straight to a peer. One call at a time; signals that come meanwhile are kept.</summary>
public sealed class DBusConnection : IDisposable
{
    private const int LargestSent = 128 << 10;
    private const int LongestLine = 512;

    private readonly UnixSocket socket;
    private readonly TimeSpan patience;
    private readonly Queue<DBusMessage> signals = [];
    private uint serial;

    private DBusConnection(UnixSocket socket, TimeSpan patience)
    {
        this.socket = socket;
        this.patience = patience;
    }

    /// <summary>Connects to a socket and proves who this process is by the kernel's word (SASL EXTERNAL): the empty answer lets the peer
    /// take the user from the socket, which is right also in a user namespace.</summary>
    /// <param name="patience">For each wait.</param>
    /// <returns>Null when nobody listens there.</returns>
    /// <exception cref="DBusException">The peer refused, or does not speak D-Bus.</exception>
    public static DBusConnection? TryOpen(string path, TimeSpan patience)
    {
        UnixSocket? socket = UnixSocket.TryConnect(path, out _);
        if (socket is null)
        {
            return null;
        }
        var connection = new DBusConnection(socket, patience);
        try
        {
            connection.Authenticate();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Begins a conversation over a socket that is connected already.</summary>
    public static DBusConnection Open(UnixSocket socket, TimeSpan patience)
    {
        var connection = new DBusConnection(socket, patience);
        connection.Authenticate();
        return connection;
    }

    /// <summary>Makes a call and waits for its answer.</summary>
    /// <param name="call">Without a serial.</param>
    /// <exception cref="DBusException">The peer answered with an error, or not in time.</exception>
    public DBusMessage Call(DBusMessage call)
    {
        uint number = ++serial;
        byte[] bytes = (call with { Serial = number }).ToBytes();
        if (bytes.Length > LargestSent)
        {
            // What fits in the socket's buffer is sent without waiting for the peer.
            throw new DBusException("", $"{call.Interface}.{call.Member}: the call has {bytes.Length} bytes, more than {LargestSent}");
        }
        Send(bytes);
        var deadline = new Deadline(patience);
        while (true)
        {
            DBusMessage message = Receive(deadline, $"{call.Interface}.{call.Member}");
            if (message.Type == DBusMessageType.Signal)
            {
                signals.Enqueue(message);
            }
            else if (message.ReplySerial == number)
            {
                return message.Type == DBusMessageType.Error
                    ? throw new DBusException(message.ErrorName, $"{call.Member}: {message.FirstText} ({message.ErrorName})")
                    : message;
            }
        }
    }

    /// <summary>Waits for a signal; others before it are dropped.</summary>
    /// <param name="what">What is waited for, for the error.</param>
    /// <exception cref="DBusException">It did not come in time.</exception>
    public DBusMessage WaitForSignal(Func<DBusMessage, bool> isIt, string what)
    {
        var deadline = new Deadline(patience);
        while (true)
        {
            DBusMessage message = signals.Count > 0 ? signals.Dequeue() : Receive(deadline, what);
            if (message.Type == DBusMessageType.Signal && isIt(message))
            {
                return message;
            }
        }
    }

    public void Dispose() => socket.Dispose();

    private void Authenticate()
    {
        var deadline = new Deadline(patience);
        // BEGIN goes with the rest: systemd takes what lies in its buffer behind it for a message only when more arrives.
        Send("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"u8);
        string line;
        do
        {
            line = ReadLine(deadline);
        } while (line.StartsWith("DATA", StringComparison.Ordinal));
        if (!line.StartsWith("OK ", StringComparison.Ordinal))
        {
            throw new DBusException("", $"connect to D-Bus: the peer refused this user: {line}");
        }
    }

    /// <summary>Byte by byte: what follows the line belongs to the messages.</summary>
    private string ReadLine(Deadline deadline)
    {
        Span<byte> line = stackalloc byte[LongestLine];
        for (int length = 0; length < line.Length; length++)
        {
            Fill(line.Slice(length, 1), deadline, "authentication");
            if (line[length] == '\n')
            {
                return Encoding.ASCII.GetString(line[..length]).TrimEnd('\r');
            }
        }
        throw new DBusException("", "connect to D-Bus: the peer does not speak D-Bus");
    }

    private DBusMessage Receive(Deadline deadline, string what)
    {
        Span<byte> start = stackalloc byte[DBusMessage.FixedHeader];
        Fill(start, deadline, what);
        byte[] bytes = new byte[DBusMessage.LengthOf(start)];
        start.CopyTo(bytes);
        Fill(bytes.AsSpan(start.Length), deadline, what);
        return DBusMessage.Parse(bytes);
    }

    private void Fill(Span<byte> buffer, Deadline deadline, string what)
    {
        while (buffer.Length > 0)
        {
            if (deadline.HasPassed || Poll.Readable(new FileHandle?[] { socket }, deadline.Remaining(int.MaxValue)) < 0)
            {
                throw new DBusException("", $"{what}: no answer on D-Bus within {patience.TotalSeconds} s");
            }
            int count = FileIo.TryRead(socket, buffer, out _);
            if (count <= 0)
            {
                throw new DBusException("", $"{what}: the peer on D-Bus hung up");
            }
            buffer = buffer[count..];
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = socket.TrySend(bytes, out Errno error);
            bytes = count > 0 ? bytes[count..] : throw new DBusException("", $"send on D-Bus: {KernelException.Explain(error)}");
        }
    }
}
