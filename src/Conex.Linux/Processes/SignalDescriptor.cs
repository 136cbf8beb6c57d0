using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>Signals as something to read (signalfd(2)): no handler, no thread of the .NET runtime involved.</summary>
public sealed unsafe class SignalDescriptor : FileHandle
{
    private const int SIG_BLOCK = 0;
    private const int SFD_CLOEXEC = 0x80000;
    private const int SFD_NONBLOCK = 0x800;

    private SignalDescriptor(int descriptor)
        : base(descriptor) { }

    /// <summary>Blocks <paramref name="signals"/> in the calling thread and makes them readable. Call on the main thread before any
    /// other thread starts, since a thread that does not block a signal would still take it.</summary>
    /// <exception cref="KernelException">signalfd(2) refused.</exception>
    public static SignalDescriptor Open(params ReadOnlySpan<Signal> signals)
    {
        ulong* mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        foreach (Signal signal in signals)
        {
            mask[0] |= 1UL << ((int)signal - 1);
        }
        int error = Libc.pthread_sigmask(SIG_BLOCK, mask, null);
        if (error != 0)
        {
            throw new KernelException("block signals", null, (Errno)error);
        }
        return new SignalDescriptor(KernelCall.Check(Libc.signalfd(-1, mask, SFD_CLOEXEC | SFD_NONBLOCK), "open a signal descriptor"));
    }

    /// <summary>The next signal that arrived, and who sent it; <see cref="Signal.None"/> when none waits.</summary>
    public (Signal Signal, int Sender) Read()
    {
        Span<byte> info = stackalloc byte[128];
        int n = FileIo.TryRead(this, info, out _);
        return n < 128 ? default : ((Signal)BitConverter.ToInt32(info), BitConverter.ToInt32(info[12..]));
    }
}
