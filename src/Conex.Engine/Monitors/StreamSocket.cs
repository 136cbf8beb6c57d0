using System.Net.Sockets;
using System.Text;
using Conex.Linux.Sockets;

namespace Conex.Engine.Monitors;

/// <summary>Connections to unix sockets whose paths may be of any length.</summary>
internal static class StreamSocket
{
    /// <summary>Connects; null when nobody listens.</summary>
    internal static Socket? TryConnect(string path) => UnixSocket.TryConnect(path, out _) is { } connected ? Take(connected) : null;

    /// <summary>Makes an asynchronous socket of a descriptor, which belongs to it from then on.</summary>
    internal static Socket Take(UnixSocket socket)
    {
        var taken = new Socket(new SafeSocketHandle(socket.Descriptor, ownsHandle: true));
        socket.SetHandleAsInvalid();
        return taken;
    }

    /// <summary>Everything until the peer closes.</summary>
    internal static async Task<string> ReadToEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, count);
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Everything until a line feed or until the peer closes, and not one byte further.</summary>
    internal static async Task<string> ReadLineAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        var line = new StringBuilder();
        while (await socket.ReceiveAsync(one, cancellationToken) == 1 && one[0] != (byte)'\n')
        {
            line.Append((char)one[0]);
        }
        return line.ToString();
    }
}
