using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Processes;

/// <summary>A pidfd: names one process for ever, however its number is reused. Readable (poll) once the process has ended.</summary>
public sealed unsafe class PidHandle(int descriptor) : FileHandle(descriptor)
{
    /// <summary>Opens a running (or zombie) process.</summary>
    /// <returns>Null when there is no such process.</returns>
    /// <exception cref="KernelException">pidfd_open(2) refused for another reason.</exception>
    public static PidHandle? TryOpen(int pid)
    {
        long fd = Libc.syscall(Libc.SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
        if (fd >= 0)
        {
            return new PidHandle((int)fd);
        }
        Errno error = KernelCall.LastError;
        return error == Errno.ESRCH ? null : throw new KernelException("open process", pid.ToString(), error);
    }

    /// <summary>Whether the process, perhaps as a zombie, still has its number.</summary>
    public bool IsAlive => Libc.syscall(Libc.SYS_pidfd_send_signal, Descriptor, 0, 0, 0, 0, 0) == 0;

    /// <summary>Sends a signal to exactly this process.</summary>
    /// <returns>False when it has ended.</returns>
    /// <exception cref="KernelException">pidfd_send_signal(2) refused.</exception>
    public bool Send(Signal signal)
    {
        if (Libc.syscall(Libc.SYS_pidfd_send_signal, Descriptor, (int)signal, 0, 0, 0, 0) == 0)
        {
            return true;
        }
        Errno error = KernelCall.LastError;
        return error == Errno.ESRCH ? false : throw new KernelException("send signal to process", null, error);
    }

    /// <summary>Waits until the process, which must be a child of this one, has ended, and reaps it.</summary>
    /// <exception cref="KernelException">waitid(2) refused: ECHILD when it is not a child.</exception>
    public ExitStatus Wait() => Reap(0) ?? throw new KernelException("wait for process", null, Errno.EAGAIN);

    /// <summary>Reaps the process when it has ended.</summary>
    /// <returns>Null while it runs.</returns>
    /// <exception cref="KernelException">waitid(2) refused: ECHILD when it is not a child.</exception>
    public ExitStatus? TryWait() => Reap(Libc.WNOHANG);

    /// <summary>How the process, which must be a child of this one, ended; it stays to be reaped.</summary>
    /// <returns>Null while it runs.</returns>
    /// <exception cref="KernelException">waitid(2) refused: ECHILD when it is not a child.</exception>
    public ExitStatus? PeekEnd() => Reap(Libc.WNOHANG | Libc.WNOWAIT);

    private ExitStatus? Reap(int options) => ChildStatus.Reap(Libc.P_PIDFD, Descriptor, options);
}
