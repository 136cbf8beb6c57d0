using System.Text;
using Conex.Linux.Files;

namespace Conex.Runtime.Monitors;

/// <summary>Says what went wrong without ending the container. Whether anybody reads it must not matter to the container.</summary>
internal sealed class Diagnostics(FileHandle file, string containerId)
{
    internal void Say(string sentence) =>
        _ = FileIo.TryWrite(file, Encoding.UTF8.GetBytes($"conex-runtime monitor {containerId}: {sentence}\n"), out _);
}
