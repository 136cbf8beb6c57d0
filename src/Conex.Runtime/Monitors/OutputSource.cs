using Conex.Linux.Files;

namespace Conex.Runtime.Monitors;

/// <summary>One descriptor that the container's output comes from.</summary>
internal sealed class OutputSource(OutputStream stream, FileHandle file, Watch watch)
{
    internal OutputStream Stream { get; } = stream;

    internal FileHandle File { get; } = file;

    internal Watch Watch { get; } = watch;

    /// <summary>Whether nothing can come any more.</summary>
    internal bool Ended { get; private set; }

    internal void Close()
    {
        if (!Ended)
        {
            Ended = true;
            Watch.Drop();
            File.Dispose();
        }
    }
}
