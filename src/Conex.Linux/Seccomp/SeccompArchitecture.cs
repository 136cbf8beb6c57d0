namespace Conex.Linux.Seccomp;

/// <summary>A system call interface. A kernel of x86_64 serves both to every process.</summary>
public enum SeccompArchitecture
{
    /// <summary>The 64-bit calls. x32 shares its audit number and is always refused.</summary>
    X86_64,

    /// <summary>The 32-bit calls (<c>int 0x80</c>, <c>sysenter</c>).</summary>
    I386,
}
