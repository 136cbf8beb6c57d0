using System.Runtime.ExceptionServices;
using Conex.Linux.Capabilities;
using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>Work on files as another user (setfsuid(2)).</summary>
public static unsafe class FileSystemUser
{
    private const int SYS_setfsuid = 122;
    private const int SYS_setfsgid = 123;
    private const int SYS_capset = 126;

    /// <summary>Does the work on a thread of its own whose new files belong to this user and group. It keeps this process's capabilities.
    /// A file system of a user namespace takes new files only from users that the namespace knows.</summary>
    /// <exception cref="KernelException">capset(2) refused.</exception>
    public static void Do(uint user, uint group, Action work)
    {
        ulong permitted = CapabilitySet.ReadPermitted();
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                _ = Libc.syscall(SYS_setfsgid, group, 0, 0, 0, 0, 0);
                _ = Libc.syscall(SYS_setfsuid, user, 0, 0, 0, 0, 0);
                // The change from root took the file capabilities out of the effective set (capabilities(7)).
                ulong header = 0x20080522;
                uint* sets = stackalloc uint[] { (uint)permitted, (uint)permitted, 0, (uint)(permitted >> 32), (uint)(permitted >> 32), 0 };
                KernelCall.Check(Libc.syscall(SYS_capset, (long)&header, (long)sets, 0, 0, 0, 0), "set the capabilities");
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
