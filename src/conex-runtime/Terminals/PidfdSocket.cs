using Conex.Linux.Sockets;
using Conex.Runtime.Launch;

namespace ConexRuntime.Terminals;

/// <summary>Hands a process's pidfd to whoever listens on <c>--pidfd-socket</c>: one message, a name and the descriptor.</summary>
internal static class PidfdSocket
{
    /// <summary>crun's way to name such a socket.</summary>
    internal const string Annotation = "run.oci.pidfd_receiver";

    internal static void Send(string? path, LaunchedProcess process)
    {
        if (string.IsNullOrEmpty(path))
        {
            return;
        }
        using var socket = UnixSocket.Connect(Path.GetFullPath(path), ConsoleSocket.Patience);
        socket.SendDescriptor("pidfd"u8, process.Handle);
    }
}
