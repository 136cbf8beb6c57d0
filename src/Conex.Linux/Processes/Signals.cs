using Conex.Linux.Errors;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>Sending signals by process number. Where a process may be gone and its number reused, use <see cref="PidHandle"/>.</summary>
public static class Signals
{
    /// <summary>Sends a signal; a process that does not exist is no error.</summary>
    /// <returns>False when there is no such process.</returns>
    /// <exception cref="KernelException">kill(2) refused: EPERM.</exception>
    public static bool Send(int pid, Signal signal)
    {
        if (Libc.kill(pid, (int)signal) == 0)
        {
            return true;
        }
        Errno error = KernelCall.LastError;
        return error == Errno.ESRCH ? false : throw new KernelException("signal process", pid.ToString(), error);
    }
}
