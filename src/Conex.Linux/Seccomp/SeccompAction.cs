using System.Globalization;
using Conex.Linux.Errors;

namespace Conex.Linux.Seccomp;

/// <summary>What the kernel does with a system call, as a filter's return value (seccomp(2)).</summary>
public readonly record struct SeccompAction
{
    private const uint KindMask = 0xffff_0000;
    private const uint DataMask = 0x0000_ffff;

    /// <summary>MAX_ERRNO of the kernel: it cuts greater values of SECCOMP_RET_ERRNO down to this one.</summary>
    public const int HighestErrno = 4095;

    private SeccompAction(uint returnValue) => ReturnValue = returnValue;

    /// <summary>The value that the filter returns: SECCOMP_RET_* with its data.</summary>
    public uint ReturnValue { get; }

    /// <summary>SECCOMP_RET_KILL_PROCESS: the process dies of SIGSYS.</summary>
    public static SeccompAction KillProcess => new(0x8000_0000);

    /// <summary>SECCOMP_RET_KILL_THREAD: the calling thread dies of SIGSYS.</summary>
    public static SeccompAction KillThread => new(0x0000_0000);

    /// <summary>SECCOMP_RET_TRAP: the thread gets a SIGSYS that it can catch.</summary>
    public static SeccompAction Trap => new(0x0003_0000);

    /// <summary>SECCOMP_RET_USER_NOTIF: a supervisor decides.</summary>
    public static SeccompAction Notify => new(0x7fc0_0000);

    /// <summary>SECCOMP_RET_LOG: the call is made, and written to the audit log.</summary>
    public static SeccompAction Log => new(0x7ffc_0000);

    /// <summary>SECCOMP_RET_ALLOW: the call is made.</summary>
    public static SeccompAction Allow => new(0x7fff_0000);

    /// <summary>SECCOMP_RET_ERRNO: the call is not made and fails with <paramref name="error"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in 0 to <see cref="HighestErrno"/>.</exception>
    public static SeccompAction Fail(int error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(error);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(error, HighestErrno);
        return new SeccompAction(0x0005_0000 | (uint)error);
    }

    /// <inheritdoc cref="Fail(int)"/>
    public static SeccompAction Fail(Errno error) => Fail((int)error);

    /// <summary>SECCOMP_RET_TRACE: a tracer is told and gets <paramref name="message"/>; without a tracer the call fails with ENOSYS.</summary>
    public static SeccompAction Trace(ushort message) => new(0x7ff0_0000u | message);

    /// <summary>Whether the call fails with an errno.</summary>
    public bool IsFail => (ReturnValue & KindMask) == 0x0005_0000;

    /// <summary>Whether the caller cannot go on as if nothing had happened: it is killed or gets SIGSYS.</summary>
    internal bool IsFatal => this == KillProcess || this == KillThread || this == Trap;

    /// <summary>The action in words, for listings: <c>ERRNO EPERM</c>.</summary>
    public override string ToString()
    {
        uint data = ReturnValue & DataMask;
        return (ReturnValue & KindMask) switch
        {
            0x8000_0000 => "KILL_PROCESS",
            0x0000_0000 => "KILL_THREAD",
            0x0003_0000 => "TRAP",
            0x0005_0000 => $"ERRNO {(Errno)data}",
            0x7fc0_0000 => "USER_NOTIF",
            0x7ff0_0000 => $"TRACE {data}",
            0x7ffc_0000 => "LOG",
            0x7fff_0000 => "ALLOW",
            _ => ReturnValue.ToString("x8", CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The action that a filter returns as <paramref name="returnValue"/>.</summary>
    internal static SeccompAction FromReturnValue(uint returnValue) => new(returnValue);
}
