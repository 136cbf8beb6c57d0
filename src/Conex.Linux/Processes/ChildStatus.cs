using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>waitid(2).</summary>
internal static unsafe class ChildStatus
{
    internal static ExitStatus? Reap(int idType, int id, int options)
    {
        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        int result;
        Errno error;
        do
        {
            result = Libc.waitid(idType, id, info, Libc.WEXITED | options);
            error = result == 0 ? Errno.None : KernelCall.LastError;
        } while (error == Errno.EINTR);
        if (result == -1)
        {
            throw new KernelException("wait for process", null, error);
        }
        // siginfo_t: si_signo at 0, si_code at 8, si_pid at 16, si_status at 24.
        if (*(int*)(info + 16) == 0)
        {
            return null;
        }
        int status = *(int*)(info + 24);
        return *(int*)(info + 8) == Libc.CLD_EXITED ? new ExitStatus(status, Signal.None) : new ExitStatus(0, (Signal)status);
    }
}
