using System.Runtime.InteropServices;

namespace Conex.Linux.SyscallPrograms;

/// <summary>One call as the interpreter reads it from native memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Instruction
{
    /// <summary>The system call's number, or an <see cref="Operation"/>.</summary>
    internal int Number;

    /// <summary>Bit i: argument i is a register's number.</summary>
    internal byte RegisterMask;

    /// <summary>Bit i: argument i is an offset into the data. The interpreter gets addresses; the mask serves listings.</summary>
    internal byte PointerMask;
    internal Condition Condition;
    internal byte ExitCode;
    internal short GuardRegister;
    internal short ResultRegister;
    internal short LogRegister;

    /// <summary>Up to four errno values that are results; 0 is none; 255 in the first is any.</summary>
    internal byte Allowed0,
        Allowed1,
        Allowed2,
        Allowed3;

    /// <summary>The negated errno that <see cref="Condition.FailedWith"/> asks for.</summary>
    internal short GuardValue;

    /// <summary>The only right result, or -1.</summary>
    internal int Expected;
    internal int Label;
    internal long A0,
        A1,
        A2,
        A3,
        A4,
        A5;

    internal readonly long this[int index] =>
        index switch
        {
            0 => A0,
            1 => A1,
            2 => A2,
            3 => A3,
            4 => A4,
            _ => A5,
        };

    internal void Relocate(long data)
    {
        A0 += (PointerMask & 1) != 0 ? data : 0;
        A1 += (PointerMask & 2) != 0 ? data : 0;
        A2 += (PointerMask & 4) != 0 ? data : 0;
        A3 += (PointerMask & 8) != 0 ? data : 0;
        A4 += (PointerMask & 16) != 0 ? data : 0;
        A5 += (PointerMask & 32) != 0 ? data : 0;
    }
}

/// <summary>What the interpreter can do beside calling the kernel.</summary>
internal static class Operation
{
    /// <summary>Writes 32 bits: *(int*)A0 = A1.</summary>
    internal const int Store = -1;

    /// <summary>Fails with errno A3 unless (*(ulong*)A0 &amp; A1) == A2.</summary>
    internal const int Check = -2;

    /// <summary>Fails with errno A0.</summary>
    internal const int Fail = -3;

    /// <summary>The result register takes A0.</summary>
    internal const int Move = -4;

    /// <summary>Stays as init of a PID namespace for the payload A0: reaps, passes signals on, ends with the payload's code.</summary>
    internal const int Init = -5;

    /// <summary>Fails unless the wait status at A0 says that a process ended with code 0: with the negated sum of <see cref="EndedBase"/> and
    /// the exit code, or of that, 256 and the signal.</summary>
    internal const int Ended = -8;

    /// <summary>Beyond every errno.</summary>
    internal const int EndedBase = 1000;

    /// <summary>Overwrites A1 bytes at A0 with the A3 bytes at A2 and zeros after them.</summary>
    internal const int Overwrite = -7;

    /// <summary>The result register takes (*(ulong*)A0 &amp; A1) &gt;&gt; A2.</summary>
    internal const int Load = -9;

    /// <summary>Failures are reported on the descriptor A0 from here on.</summary>
    internal const int ReportTo = -6;
}
