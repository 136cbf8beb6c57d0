using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Clocks;

/// <summary>The wall clock in nanoseconds (clock_gettime(2), CLOCK_REALTIME); .NET's own counts in steps of 100.</summary>
public static unsafe class RealTimeClock
{
    /// <summary>Seconds since 1970 in UTC and the rest in nanoseconds.</summary>
    /// <exception cref="KernelException">clock_gettime(2) refused.</exception>
    public static (long Seconds, int Nanoseconds) Now
    {
        get
        {
            long* time = stackalloc long[2];
            KernelCall.Check(Libc.clock_gettime(Libc.CLOCK_REALTIME, time), "read the clock");
            return (time[0], (int)time[1]);
        }
    }
}
