using Conex.Linux.Files;
using Conex.Linux.Sockets;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;

namespace ConexRuntime.Terminals;

/// <summary>Hands a terminal's master to whoever listens on <c>--console-socket</c>: one message, the name and the descriptor.</summary>
internal static class ConsoleSocket
{
    /// <summary>Seconds that the caller has to accept and to take a message.</summary>
    internal const int Patience = 10;

    internal static void Send(string path, LaunchedProcess process)
    {
        if (process.Terminal is not { } master)
        {
            throw new LaunchException("the container's process sent no terminal", 1);
        }
        Send(path, master);
    }

    /// <summary>Sends a master and closes it here.</summary>
    internal static void Send(string path, FileHandle master)
    {
        using (master)
        {
            using UnixSocket socket = UnixSocket.Connect(Path.GetFullPath(path), Patience);
            socket.SendDescriptor("/dev/pts/ptmx"u8, master);
        }
    }
}
