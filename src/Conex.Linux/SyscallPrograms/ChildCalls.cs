using Conex.Linux.Errors;
using Conex.Linux.Processes;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Another program, run to its end by the process that carries out this one, as instructions.</summary>
public static class ChildCalls
{
    private const ulong CLONE_PIDFD = 0x1000;
    private const int CLOSE_RANGE_CLOEXEC = 4;
    private const int SEEK_SET = 0;
    private const int SEEK_END = 2;

    /// <summary>What shells answer for a program that cannot be executed; seldom seen, since that is asked before.</summary>
    private const int NotExecutable = 126;

    /// <summary>As much of the end of the program's words as fits into a report.</summary>
    private const int LongestTail = 400;

    /// <summary>faccessat(2), clone(2), execve(2), ppoll(2) until the end or the time, wait4(2). Anything but code 0 fails: see
    /// <see cref="ProgramFailure.Ended"/>; a program that runs longer than it may, with ETIMEDOUT. It is not killed: this process ends, and its
    /// starter ends what is left.</summary>
    public static void RunToEnd(this SyscallProgramBuilder program, ChildProgram child)
    {
        program.Do(SyscallNumber.faccessat, default, FileCalls.WorkingDirectory, program.Text(child.Path), 1);
        program.Do(SyscallNumber.lseek, default, child.Input, 0, SEEK_SET);
        if (child.ReportsError)
        {
            // What the program before said is not this one's.
            program.Do(SyscallNumber.ftruncate, default, child.Error, 0);
            program.Do(SyscallNumber.lseek, default, child.Error, 0, SEEK_SET);
        }
        // struct pollfd: i32 descriptor, which clone(2) fills in, i16 events (POLLIN), i16 results.
        Datum pollfd = program.Words(1UL << 32);
        Register pid = program.Call(SyscallNumber.clone, default, CLONE_PIDFD | (ulong)Signal.SIGCHLD, 0, pollfd);
        using (program.When(Guard.Zero(pid)))
        {
            Become(program, child);
        }
        Argument time = child.Seconds is { } seconds ? program.Words((ulong)seconds, 0) : 0;
        Register ended = program.Call(SyscallNumber.ppoll, default, pollfd, 1, time, 0, 8);
        using (program.When(Guard.Zero(ended)))
        {
            program.Fail(Errno.ETIMEDOUT);
        }
        Datum status = program.Cell(8);
        program.Do(SyscallNumber.wait4, default, pid, status, 0, 0);
        Register success = program.Call(Operation.Ended, new CallRules { AllowAll = true }, status);
        using (program.When(Guard.Failed(success)))
        {
            if (child.ReportsError)
            {
                program.Do(SyscallNumber.lseek, default, child.Error, 0, SEEK_SET);
                program.Do(SyscallNumber.lseek, CallRules.Allow(Errno.EINVAL), child.Error, -LongestTail, SEEK_END);
            }
            program.Do(Operation.Move, new CallRules { Log = child.ReportsError ? child.Error : null }, success);
        }
    }

    private static void Become(SyscallProgramBuilder program, ChildProgram child)
    {
        program.NewSession();
        if (child.Umask is { } umask)
        {
            program.SetUmask(umask);
        }
        if (child.Directory is { } directory)
        {
            program.ChangeDirectory(directory);
        }
        program.DuplicateOnto(child.Input, 0);
        program.DuplicateOnto(child.Output, 1);
        program.DuplicateOnto(child.Error, 2);
        program.Do(SyscallNumber.close_range, default, 3, uint.MaxValue, CLOSE_RANGE_CLOEXEC);
        program.UnblockSignals();
        program.Do(
            SyscallNumber.execve,
            new CallRules { AllowAll = true },
            program.Text(child.Path),
            program.Texts(child.Arguments),
            program.Texts(child.Environment)
        );
        program.Do(SyscallNumber.exit_group, default, NotExecutable);
    }
}
