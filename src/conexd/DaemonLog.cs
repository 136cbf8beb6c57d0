using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Daemon;

/// <summary>The daemon's own log: standard error under systemd or in a terminal, <c>DATA/conexd.log</c> when a client started it.</summary>
internal sealed class DaemonLog : IDisposable
{
    private const long Largest = 1 << 20;
    private readonly FileHandle file;
    private readonly Lock gate = new();

    private DaemonLog(FileHandle file) => this.file = file;

    internal static DaemonLog Open(DaemonOptions options)
    {
        if (options.ReadyDescriptor is null)
        {
            return new DaemonLog(FileHandle.StandardError);
        }

        if (PathAt.Status(options.LogPath) is { Size: > Largest })
        {
            PathAt.Rename(PathAt.Current, options.LogPath, PathAt.Current, options.LogPath + ".1");
        }

        return new DaemonLog(PathAt.Open(options.LogPath, OpenMode.Write | OpenMode.Create | OpenMode.Append, 0x180));
    }

    /// <summary>Writes a line with the time before it.</summary>
    internal void Write(string text)
    {
        byte[] line = Encoding.UTF8.GetBytes($"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {text}\n");
        try
        {
            lock (gate)
            {
                FileIo.Write(file, line);
            }
        }
        catch (KernelException)
        {
            // A full disk or a closed terminal must not stop the daemon.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
