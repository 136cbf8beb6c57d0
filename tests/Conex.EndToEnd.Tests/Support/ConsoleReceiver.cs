using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>The caller's end of <c>--console-socket</c>: listens, and takes one message with a terminal's master.</summary>
internal sealed class ConsoleReceiver(string path) : IDisposable
{
    private readonly UnixSocket listener = UnixSocket.Listen(path, 1);

    internal string Path { get; } = path;

    /// <summary>What the message said beside the descriptor.</summary>
    internal string Name { get; private set; } = "";

    /// <summary>Waits for the message.</summary>
    internal PseudoTerminal Receive()
    {
        using UnixSocket connection = listener.TryAccept() ?? throw new InvalidOperationException($"nobody connected to {Path}");
        byte[] payload = new byte[4096];
        int n = connection.ReceiveDescriptor(payload, out FileHandle? master);
        Name = Encoding.UTF8.GetString(payload, 0, n);
        Assert.NotNull(master);
        return new PseudoTerminal(master);
    }

    public void Dispose()
    {
        listener.Dispose();
        File.Delete(Path);
    }
}
