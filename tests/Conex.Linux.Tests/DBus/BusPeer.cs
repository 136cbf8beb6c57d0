using System.Text;
using Conex.Linux.DBus;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.Linux.Tests.DBus;

/// <summary>The other end of a D-Bus connection: does what a test tells it, on a thread of its own.</summary>
internal sealed class BusPeer : IDisposable
{
    private readonly UnixSocket socket;
    private readonly Thread thread;
    private readonly List<DBusMessage> calls = [];
    private Exception? failure;

    /// <param name="behave">Runs after the client said BEGIN.</param>
    internal BusPeer(Action<BusPeer> behave, string answer = "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n")
    {
        (UnixSocket client, socket) = UnixSocket.Pair();
        Client = client;
        thread = new Thread(() =>
        {
            try
            {
                ReadUntil("BEGIN\r\n");
                socket.Send(Encoding.ASCII.GetBytes(answer));
                behave(this);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
    }

    /// <summary>The client's end.</summary>
    internal UnixSocket Client { get; }

    /// <summary>What the client called, in order; complete once the peer has ended.</summary>
    internal IReadOnlyList<DBusMessage> Calls
    {
        get
        {
            thread.Join();
            return failure is null ? calls : throw new InvalidOperationException("the peer failed", failure);
        }
    }

    internal DBusMessage Receive()
    {
        byte[] bytes = new byte[4096];
        int length = 0;
        while (length < 16 || length < Length(bytes))
        {
            int n = FileIo.Read(socket, bytes.AsSpan(length, (length < 16 ? 16 : Length(bytes)) - length));
            length += n > 0 ? n : throw new EndOfStreamException();
        }
        var call = DBusMessage.Parse(bytes.AsSpan(0, length));
        calls.Add(call);
        return call;
    }

    internal void Send(DBusMessage message) => SendBytes((message with { Serial = 77 }).ToBytes());

    internal void HangUp() => socket.ShutdownWrite();

    internal void SendBytes(ReadOnlySpan<byte> bytes) => socket.Send(bytes);

    internal void Reply(DBusMessage call, string signature = "", Action<DBusWriter>? body = null) =>
        Send(Message(DBusMessageType.MethodReturn, signature, body) with { ReplySerial = call.Serial });

    internal static DBusMessage Message(DBusMessageType type, string signature, Action<DBusWriter>? body)
    {
        var writer = new DBusWriter();
        body?.Invoke(writer);
        return new DBusMessage(type) { Signature = signature, Body = writer.Written.ToArray() };
    }

    public void Dispose()
    {
        Client.Dispose();
        thread.Join();
        socket.Dispose();
    }

    private void ReadUntil(string end)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            text.Append(FileIo.Read(socket, one) == 1 ? (char)one[0] : throw new EndOfStreamException());
        }
        Assert.StartsWith("\0AUTH EXTERNAL\r\n", text.ToString(), StringComparison.Ordinal);
    }

    private static int Length(byte[] bytes) => 16 + ((BitConverter.ToInt32(bytes, 12) + 7) & ~7) + BitConverter.ToInt32(bytes, 4);
}
