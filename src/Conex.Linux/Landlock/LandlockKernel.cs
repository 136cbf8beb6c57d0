using Conex.Linux.Raw;

namespace Conex.Linux.Landlock;

/// <summary>What this kernel has of landlock(7).</summary>
public static class LandlockKernel
{
    /// <summary>The version of its interface, 1 and up; 0 when it has none or was started without it.</summary>
    public static int ReadAbi()
    {
        const int LANDLOCK_CREATE_RULESET_VERSION = 1;
        const int SYS_landlock_create_ruleset = 444;
        return (int)Math.Max(Libc.syscall(SYS_landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION, 0, 0, 0), 0);
    }
}
