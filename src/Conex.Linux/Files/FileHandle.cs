using System.Runtime.InteropServices;
using Conex.Linux.Raw;

namespace Conex.Linux.Files;

/// <summary>An open file descriptor, closed when disposed; close-on-exec from birth unless it was inherited.</summary>
public class FileHandle : SafeHandle
{
    /// <summary>Takes a descriptor over.</summary>
    /// <param name="descriptor">The descriptor's number.</param>
    /// <param name="ownsHandle">False for a descriptor that somebody else closes, such as standard input.</param>
    public FileHandle(int descriptor, bool ownsHandle = true)
        : base(-1, ownsHandle) => SetHandle(descriptor);

    /// <summary>Standard input, output and error of this process; never closed by disposing.</summary>
    public static FileHandle StandardInput => new(0, ownsHandle: false);

    /// <inheritdoc cref="StandardInput"/>
    public static FileHandle StandardOutput => new(1, ownsHandle: false);

    /// <inheritdoc cref="StandardInput"/>
    public static FileHandle StandardError => new(2, ownsHandle: false);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>The descriptor's number, valid while the handle is open. For calls that take numbers (spawn, control messages).</summary>
    public int Descriptor => (int)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
