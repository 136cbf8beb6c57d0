using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.SyscallPrograms;

/// <summary>A few bytes of machine code that make a system call, reached through a managed-convention function pointer. A P/Invoke would
/// bring the runtime's transition and garbage collector poll with it, which hang in a child cloned while another thread collects.</summary>
internal static unsafe class SyscallStub
{
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int PROT_EXEC = 4;
    private const int MAP_PRIVATE = 2;
    private const int MAP_ANONYMOUS = 0x20;
    private const int Page = 4096;

    /// <summary>mov the seven arguments from (rdi, rsi, rdx, rcx, r8, r9, [rsp+8]) to (rax, rdi, rsi, rdx, r10, r8, r9); syscall; ret.</summary>
    private static ReadOnlySpan<byte> CallCode =>
        [
            0x48,
            0x89,
            0xF8,
            0x48,
            0x89,
            0xF7,
            0x48,
            0x89,
            0xD6,
            0x48,
            0x89,
            0xCA,
            0x4D,
            0x89,
            0xC2,
            0x4D,
            0x89,
            0xC8,
            0x4C,
            0x8B,
            0x4C,
            0x24,
            0x08,
            0x0F,
            0x05,
            0xC3,
        ];

    /// <summary>
    /// mov r8, rcx; mov eax, SYS_clone3; syscall; test rax, rax; jnz end; and rsp, -16; xor ebp, ebp; mov rdi, r8; call rdx; hlt; end: ret.
    /// </summary>
    private static ReadOnlySpan<byte> CloneCode =>
        [
            0x49,
            0x89,
            0xC8,
            0xB8,
            0xB3,
            0x01,
            0x00,
            0x00,
            0x0F,
            0x05,
            0x48,
            0x85,
            0xC0,
            0x75,
            0x0C,
            0x48,
            0x83,
            0xE4,
            0xF0,
            0x31,
            0xED,
            0x4C,
            0x89,
            0xC7,
            0xFF,
            0xD2,
            0xF4,
            0xC3,
        ];

    private const int CloneOffset = 64;

    private static nint address;

    /// <summary>The function: number, six arguments; returns the kernel's raw result, -errno for an error.</summary>
    internal static delegate* <long, long, long, long, long, long, long, long> Call =>
        (delegate* <long, long, long, long, long, long, long, long>)Address;

    /// <summary>clone3(2): the arguments, their size, what the child calls, on its stack, and what with. That never returns. The parent gets the child's
    /// number or -errno.</summary>
    internal static delegate* <ulong*, long, nint, void*, long> Clone =>
        (delegate* <ulong*, long, nint, void*, long>)(Address + CloneOffset);

    /// <exception cref="KernelException">The page cannot be made executable.</exception>
    private static nint Address
    {
        get
        {
            if (address == 0)
            {
                void* page = Libc.mmap(null, Page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                KernelCall.Check((nint)page == -1 ? -1 : 0, "map a page");
                CallCode.CopyTo(new Span<byte>(page, Page));
                CloneCode.CopyTo(new Span<byte>((byte*)page + CloneOffset, Page - CloneOffset));
                KernelCall.Check(Libc.mprotect(page, Page, PROT_READ | PROT_EXEC), "make a page executable");
                address = (nint)page;
            }
            return address;
        }
    }
}
