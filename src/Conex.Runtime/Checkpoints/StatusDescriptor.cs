using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Checkpoints;

/// <summary>The descriptor by which a caller learns that lazy pages can be asked for.</summary>
internal static class StatusDescriptor
{
    /// <summary>Writes a byte 0 and closes.</summary>
    /// <exception cref="CheckpointException">It cannot be written to.</exception>
    internal static void Tell(int number)
    {
        using var file = new FileHandle(number);
        if (FileIo.TryWrite(file, "\0"u8, out Errno error) < 0)
        {
            throw new CheckpointException($"--status-fd {number}: {KernelException.Explain(error)}");
        }
    }
}
