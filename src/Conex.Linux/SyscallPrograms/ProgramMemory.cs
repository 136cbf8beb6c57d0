using System.Runtime.InteropServices;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Where a program lies that a process carries out, with its stack: outside of what the collector moves. A process that shares its
/// starter's memory needs it until it executes another program or ends.</summary>
public sealed unsafe class ProgramMemory : IDisposable
{
    private ProgramMemory(byte* start) => Start = start;

    internal byte* Start { get; private set; }

    internal static ProgramMemory Allocate(nuint size) => new((byte*)NativeMemory.AllocZeroed(size));

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(Start);
        Start = null;
    }
}
