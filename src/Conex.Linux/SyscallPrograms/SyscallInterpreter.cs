using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Conex.Linux.Errors;
using Conex.Linux.Processes;

namespace Conex.Linux.SyscallPrograms;

/// <summary>Clones a process and lets it carry out a program. What the child may do is narrow: facts are in docs/launch-plan.md.</summary>
public static unsafe class SyscallInterpreter
{
    /// <summary>A report: 'E', padding, u32 instruction, u32 errno, then the log's text.</summary>
    internal const int ReportHeader = 12;

    private const int CLONE_PIDFD = 0x1000;
    private const long CLONE_CLEAR_SIGHAND = 0x100000000;
    private const long CLONE_INTO_CGROUP = 0x200000000;
    private const int SIG_SETMASK = 2;
    private const int MSG_NOSIGNAL = 0x4000;
    private const int ReportSize = 512;
    private const int WNOHANG = 1;
    private const int CloneArgsSize = 88;

    /// <summary>The loop takes some hundred bytes; every signal is blocked while it runs.</summary>
    private const int StackSize = 8192;

    /// <summary>Starts the program in a new process.</summary>
    /// <param name="report">The socket on which a failure is reported.</param>
    /// <param name="inputs">Values of registers that only the starter knows: descriptors.</param>
    /// <param name="starter">The starter's end of the socket between both, or null. The child closes its copy first: else the end of
    /// the starter would not end a read of the child.</param>
    /// <param name="cgroup">A cgroup v2 directory's descriptor to be born in (CLONE_INTO_CGROUP), or null.</param>
    /// <exception cref="KernelException">clone3(2) refused.</exception>
    public static StartedProgram Start(
        SyscallProgram program,
        Files.FileHandle report,
        ReadOnlySpan<(Register Register, long Value)> inputs,
        Files.FileHandle? starter = null,
        Files.FileHandle? cgroup = null
    )
    {
        nuint instructionBytes = (nuint)(program.Instructions.Length * sizeof(Instruction));
        nuint registerBytes = (nuint)((program.Registers.Length + 1) * sizeof(long));
        var memory = ProgramMemory.Allocate(StackSize + 256 + instructionBytes + registerBytes + (nuint)program.Data.Length + ReportSize);
        try
        {
            byte* stack = memory.Start;
            var state = (State*)(stack + StackSize);
            byte* instructions = (byte*)state + 256;
            state->Call = SyscallStub.Call;
            state->Instructions = (Instruction*)instructions;
            state->Count = program.Instructions.Length;
            // Register -1 takes results that nobody reads.
            state->Registers = (long*)(instructions + instructionBytes) + 1;
            byte* data = instructions + instructionBytes + registerBytes;
            state->Report = data + program.Data.Length;
            state->ReportSocket = report.Descriptor;
            state->StarterSocket = starter?.Descriptor ?? -1;
            Load(program, state, data);
            foreach ((Register register, long value) in inputs)
            {
                state->Registers[register.Index] = value;
            }
            int pidfd = -1;
            ulong* clone = stackalloc ulong[CloneArgsSize / sizeof(ulong)];
            new Span<ulong>(clone, CloneArgsSize / sizeof(ulong)).Clear();
            clone[0] = program.CloneFlags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | (cgroup is null ? 0 : (ulong)CLONE_INTO_CGROUP);
            clone[1] = (ulong)&pidfd;
            clone[4] = (ulong)Signal.SIGCHLD;
            if (program.SharesMemory)
            {
                clone[5] = (ulong)stack;
                clone[6] = StackSize;
            }
            clone[10] = (ulong)(cgroup?.Descriptor ?? 0);

            // No signal handler of the .NET runtime may run in the child before they are cleared.
            ulong all = ~0UL;
            ulong before;
            _ = state->Call(SyscallNumber.rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&before, sizeof(ulong), 0, 0);
            long pid = SyscallStub.Clone(clone, CloneArgsSize, (nint)(delegate* <State*, void>)&Run, state);
            _ = SyscallStub.Call(SyscallNumber.rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(ulong), 0, 0);
            if (pid < 0)
            {
                throw new KernelException("clone3", null, (Errno)(-pid));
            }
            var started = new StartedProgram((int)pid, new PidHandle(pidfd), program.SharesMemory ? memory : null);
            memory = program.SharesMemory ? null : memory;
            return started;
        }
        finally
        {
            memory?.Dispose();
        }
    }

    private static void Load(SyscallProgram program, State* state, byte* data)
    {
        program.Data.Span.CopyTo(new Span<byte>(data, program.Data.Length));
        foreach ((int at, int target) in program.Relocations)
        {
            *(byte**)(data + at) = data + target;
        }
        program.Instructions.CopyTo(new Span<Instruction>(state->Instructions, program.Instructions.Length));
        for (int i = 0; i < state->Count; i++)
        {
            state->Instructions[i].Relocate((long)data);
        }
    }

    /// <summary>What the child does; it never returns. One method without locals to zero, without allocation, P/Invoke, exception or call of another
    /// method: any of them can wait for ever in a process that the runtime does not know.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Run(State* state)
    {
        delegate* <long, long, long, long, long, long, long, long> call = state->Call;
        long result = 0;
        _ = call(SyscallNumber.close, state->StarterSocket, 0, 0, 0, 0, 0);
        long* registers = state->Registers;
        int index = 0;
        Instruction* instruction = state->Instructions;
        for (; index < state->Count; index++, instruction++)
        {
            if (instruction->Condition != Condition.Always)
            {
                long guard = registers[instruction->GuardRegister];
                bool met =
                    instruction->Condition == Condition.Succeeded ? guard >= 0
                    : instruction->Condition == Condition.Failed ? guard < 0
                    : instruction->Condition == Condition.Positive ? guard > 0
                    : guard == instruction->GuardValue;
                if (!met)
                {
                    continue;
                }
            }
            long a0 = (instruction->RegisterMask & 1) != 0 ? registers[instruction->A0] : instruction->A0;
            long a1 = (instruction->RegisterMask & 2) != 0 ? registers[instruction->A1] : instruction->A1;
            long a2 = (instruction->RegisterMask & 4) != 0 ? registers[instruction->A2] : instruction->A2;
            long a3 = (instruction->RegisterMask & 8) != 0 ? registers[instruction->A3] : instruction->A3;
            long a4 = (instruction->RegisterMask & 16) != 0 ? registers[instruction->A4] : instruction->A4;
            long a5 = (instruction->RegisterMask & 32) != 0 ? registers[instruction->A5] : instruction->A5;
            result = 0;
            if (instruction->Number >= 0)
            {
                int tries = 0;
                do
                {
                    result = call(instruction->Number, a0, a1, a2, a3, a4, a5);
                } while (
                    result == -(int)Errno.EINTR
                    || (result == -(int)Errno.EAGAIN && instruction->Number == SyscallNumber.openat2 && ++tries < 128)
                );
            }
            else if (instruction->Number == Operation.Store)
            {
                *(int*)a0 = (int)a1;
            }
            else if (instruction->Number == Operation.Check)
            {
                result = (*(ulong*)a0 & (ulong)a1) == (ulong)a2 ? 0 : -a3;
            }
            else if (instruction->Number == Operation.Fail)
            {
                result = -a0;
            }
            else if (instruction->Number == Operation.Move)
            {
                result = a0;
            }
            else if (instruction->Number == Operation.Load)
            {
                result = (long)((*(ulong*)a0 & (ulong)a1) >> (int)a2);
            }
            else if (instruction->Number == Operation.ReportTo)
            {
                state->ReportSocket = (int)a0;
            }
            else if (instruction->Number == Operation.Overwrite)
            {
                for (long i = 0; i < a1; i++)
                {
                    ((byte*)a0)[i] = i < a3 ? ((byte*)a2)[i] : (byte)0;
                }
            }
            else if (instruction->Number == Operation.Ended)
            {
                int ended = *(int*)a0;
                result =
                    ended == 0 ? 0
                    : (ended & 0x7f) == 0 ? -(Operation.EndedBase + ((ended >> 8) & 0xff))
                    : -(Operation.EndedBase + 256 + (ended & 0x7f));
            }
            else if (instruction->Number == Operation.Init)
            {
                goto BeInit;
            }
            registers[instruction->ResultRegister] = result;
            if (result is < 0 and > -4096)
            {
                int error = (int)-result;
                if (
                    instruction->Allowed0 == byte.MaxValue
                    || error == instruction->Allowed0
                    || error == instruction->Allowed1
                    || error == instruction->Allowed2
                    || error == instruction->Allowed3
                )
                {
                    continue;
                }
            }
            else if (instruction->Expected < 0 || result == instruction->Expected)
            {
                continue;
            }
            else
            {
                // A short synchronising read: the parent is gone, or it gives up.
                result = -(int)Errno.ECANCELED;
            }
            break;
        }
        byte* report = state->Report;
        *(int*)report = ProgramFailure.Marker;
        *(int*)(report + 4) = index;
        *(int*)(report + 8) = (int)-result;
        long size = ReportHeader;
        if (instruction->LogRegister >= 0)
        {
            long n = call(SyscallNumber.read, registers[instruction->LogRegister], (long)(report + size), ReportSize - size, 0, 0, 0);
            size += n > 0 ? n : 0;
        }
        _ = call(SyscallNumber.sendto, state->ReportSocket, (long)report, size, MSG_NOSIGNAL, 0, 0);
        while (true)
        {
            _ = call(SyscallNumber.exit_group, instruction->ExitCode, 0, 0, 0, 0, 0);
            // It returns only where the payload's filter, in force by now, refuses it. A fault is no call, and its handlers are cleared.
            *(int*)(long)instruction->ExitCode = 0;
        }

        BeInit:
        // Every signal is blocked since before the clone: each is taken here, passed on to the payload, and SIGCHLD reaps.
        long payload = registers[instruction->A0];
        ulong* signals = (ulong*)state->Report;
        signals[0] = ~0UL;
        int* status = (int*)(state->Report + 8);
        while (true)
        {
            long signal = call(SyscallNumber.rt_sigtimedwait, (long)signals, 0, 0, sizeof(ulong), 0, 0);
            if (signal != (int)Signal.SIGCHLD)
            {
                if (signal > 0)
                {
                    _ = call(SyscallNumber.kill, payload, signal, 0, 0, 0, 0);
                }
                continue;
            }
            while (true)
            {
                long ended = call(SyscallNumber.wait4, -1, (long)status, WNOHANG, 0, 0, 0);
                if (ended <= 0)
                {
                    break;
                }
                if (ended == payload)
                {
                    int code = *status;
                    code = (code & 0x7f) == 0 ? (code >> 8) & 0xff : 128 + (code & 0x7f);
                    _ = call(SyscallNumber.exit_group, code, 0, 0, 0, 0, 0);
                    *(int*)(long)(byte)code = 0;
                }
            }
        }
    }

    /// <summary>What the child finds in memory.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        internal delegate* <long, long, long, long, long, long, long, long> Call;
        internal Instruction* Instructions;
        internal long* Registers;
        internal byte* Report;
        internal int Count;
        internal int ReportSocket;
        internal int StarterSocket;
    }
}
