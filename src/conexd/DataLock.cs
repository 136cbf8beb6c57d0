using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.Daemon;

/// <summary>One daemon a data directory: whoever holds the flock of <c>DATA/lock</c>.</summary>
internal static class DataLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Takes the lock. While another daemon holds it and nobody listens, that one is starting or leaving: then this waits.</summary>
    /// <returns>Null when another daemon serves already.</returns>
    /// <exception cref="InvalidOperationException">Another daemon holds the lock and does not serve.</exception>
    internal static async Task<FileLock?> TakeAsync(DaemonOptions options)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (FileLock.Take(options.LockPath, wait: false) is { } held)
            {
                return held;
            }

            using (UnixSocket? other = UnixSocket.TryConnect(options.SocketPath, out _))
            {
                if (other is not null)
                {
                    return null;
                }
            }

            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new InvalidOperationException(
                    $"another conexd holds {options.LockPath} but does not serve {options.SocketPath}: it may use another run root"
                );
            }

            await Task.Delay(Pause);
        }
    }
}
