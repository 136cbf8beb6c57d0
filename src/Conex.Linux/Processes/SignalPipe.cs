using System.Runtime.InteropServices;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>Signals as bytes in a pipe, for programs that wait with poll(2).</summary>
/// <remarks>
/// signalfd(2) sees a signal only when every thread blocks it, and the .NET runtime starts threads before Main that block none. The
/// runtime's own signal support starts another thread and the thread pool. So a handler of a few machine instructions, which is all that
/// signal-safety(7) allows here, writes the signal's number into a pipe.
/// </remarks>
public sealed unsafe class SignalPipe : IDisposable
{
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int PROT_EXEC = 4;
    private const int MAP_PRIVATE = 2;
    private const int MAP_ANONYMOUS = 0x20;
    private const int Page = 4096;
    private const int OffsetOfDescriptor = 7;

    private readonly FileHandle write;
    private readonly List<(Signal Signal, Libc.SignalAction Before)> caught = [];

    private SignalPipe(FileHandle read, FileHandle write)
    {
        Handle = read;
        this.write = write;
    }

    /// <summary>Readable when a signal arrived.</summary>
    public FileHandle Handle { get; }

    /// <summary>The signals that have the handler; a process cloned with CLONE_CLEAR_SIGHAND has their default actions.</summary>
    public IReadOnlyList<Signal> Caught => caught.ConvertAll(c => c.Signal);

    /// <summary>push rdi; mov eax, SYS_write; mov edi, descriptor; mov rsi, rsp; mov edx, 1; syscall; pop rdi; ret.</summary>
    private static ReadOnlySpan<byte> Handler =>
        [
            0x57,
            0xB8,
            0x01,
            0x00,
            0x00,
            0x00,
            0xBF,
            0x00,
            0x00,
            0x00,
            0x00,
            0x48,
            0x89,
            0xE6,
            0xBA,
            0x01,
            0x00,
            0x00,
            0x00,
            0x0F,
            0x05,
            0x5F,
            0xC3,
        ];

    /// <summary>Catches <paramref name="signals"/> until disposed. A signal that is ignored stays ignored, as nohup(1) wants it.</summary>
    /// <exception cref="KernelException">sigaction(2) refused: EINVAL for SIGKILL and SIGSTOP.</exception>
    public static SignalPipe Open(params ReadOnlySpan<Signal> signals)
    {
        (FileHandle read, FileHandle write) = FileIo.Pipe(nonBlocking: true);
        var pipe = new SignalPipe(read, write);
        try
        {
            void* page = Libc.mmap(null, Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            KernelCall.Check((nint)page == -1 ? -1 : 0, "map a page");
            Handler.CopyTo(new Span<byte>(page, Page));
            *(int*)((byte*)page + OffsetOfDescriptor) = write.Descriptor;
            KernelCall.Check(Libc.mprotect(page, Page, PROT_READ | PROT_EXEC), "make a page executable");
            foreach (Signal signal in signals)
            {
                pipe.Catch(signal, (nint)page);
            }
            return pipe;
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    /// <summary>The next signal that arrived; <see cref="Signal.None"/> when none waits.</summary>
    public Signal Read()
    {
        Span<byte> number = stackalloc byte[1];
        return FileIo.TryRead(Handle, number, out _) == 1 ? (Signal)number[0] : Signal.None;
    }

    /// <summary>Restores what the signals did before. The handler's page stays: another thread may still be in it.</summary>
    public void Dispose()
    {
        Restore();
        Handle.Dispose();
        write.Dispose();
    }

    /// <summary>The same; signals that nobody read are sent again, to do what they did before.</summary>
    public void DisposeAndSendRest()
    {
        Restore();
        while (!Handle.IsClosed && Read() is var signal and not Signal.None)
        {
            _ = Libc.kill(Libc.getpid(), (int)signal);
        }
        Dispose();
    }

    private void Restore()
    {
        foreach ((Signal signal, Libc.SignalAction before) in CollectionsMarshal.AsSpan(caught))
        {
            _ = Libc.sigaction((int)signal, &before, null);
        }
        caught.Clear();
    }

    private void Catch(Signal signal, nint handler)
    {
        const nint SIG_IGN = 1;
        Libc.SignalAction before = default;
        var action = new Libc.SignalAction { sa_handler = handler, sa_flags = Libc.SA_RESTART };
        KernelCall.Check(Libc.sigaction((int)signal, &action, &before), "catch a signal");
        if (before.sa_handler == SIG_IGN)
        {
            _ = Libc.sigaction((int)signal, &before, null);
            return;
        }
        caught.Add((signal, before));
    }
}
