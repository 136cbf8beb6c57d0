using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;
using Conex.Linux.SyscallPrograms;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Launch;

/// <summary>A process on its way through a launch plan, seen from its starter.</summary>
public sealed class LaunchedProcess : IDisposable
{
    /// <summary>A container that takes longer than this to set up hangs in the kernel: a dead network file system, usually.</summary>
    private const int SetUpDeadline = 60_000;

    /// <summary>How often a process that says nothing is looked at.</summary>
    private const int LookInterval = 1_000;

    private readonly LaunchPlan plan;
    private readonly LaunchInputs inputs;
    private readonly UnixSocket channel;
    private FileHandle? copySource;
    private FileHandle? identity;
    private int copiesDone;

    /// <summary>Freed only when nobody runs in it any more.</summary>
    private ProgramMemory? memory;

    internal LaunchedProcess(LaunchPlan plan, LaunchInputs inputs, UnixSocket channel, StartedProgram started)
    {
        this.plan = plan;
        this.inputs = inputs;
        this.channel = channel;
        memory = started.Memory;
        Pid = started.Pid;
        Handle = started.Handle;
    }

    /// <summary>The payload's number as the host sees it.</summary>
    public int Pid { get; private set; }

    /// <summary>The payload's pidfd.</summary>
    public PidHandle Handle { get; private set; }

    /// <summary>The terminal's master, once it arrived; the caller's to dispose.</summary>
    public FileHandle? Terminal { get; private set; }

    /// <summary>Waits until everything is set up and the process waits at its gate.</summary>
    /// <exception cref="LaunchException">It failed; the process is gone.</exception>
    public void AwaitReady() => Listen(LaunchPlan.Message.Ready);

    /// <summary>What the kernel says of the process now; null when it was reaped.</summary>
    public ProcessIdentity? ReadIdentity() => (identity ??= ProcessIdentity.TryOpen(Pid)) is { } open ? ProcessIdentity.Read(open) : null;

    /// <summary>Opens the gate of a plan with <see cref="StartGate.Channel"/>.</summary>
    public void Release() => Go();

    /// <summary>Waits until the payload's program runs: execve(2) closes the channel.</summary>
    /// <exception cref="LaunchException">It failed; the process is gone.</exception>
    public void AwaitExecution()
    {
        Listen(null);
        FreeMemory();
        identity?.Dispose();
        // Signals are the caller's again.
        inputs.Hooks?.Dispose();
    }

    /// <summary>Kills and reaps the process; once more does no harm.</summary>
    /// <returns>False when the process did not end in time: it hangs in the kernel, or a cgroup above its own is frozen.</returns>
    public bool Abandon()
    {
        if (Handle.IsClosed)
        {
            return true;
        }
        Handle.Send(Signal.SIGKILL);
        bool ended = HasEnded(LookInterval);
        if (!ended && inputs.Init is null)
        {
            // A container that is being made. One that runs stays frozen if somebody froze it: what was to join it ends when it is thawed.
            inputs.AnyCgroup?.TryThawAll();
            ended = HasEnded((int)RuntimeContext.Deadline.TotalMilliseconds);
        }
        try
        {
            _ = ended ? Handle.Wait() : default(ExitStatus?);
        }
        catch (KernelException e) when (e.Error == Errno.ECHILD)
        {
            // Reaped before.
        }
        if (ended)
        {
            FreeMemory();
        }
        Terminal?.Dispose();
        Handle.Dispose();
        return ended;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        identity?.Dispose();
        inputs.Hooks?.Dispose();
    }

    internal void Go() => _ = channel.TrySend("G"u8, out _);

    /// <summary>Takes over the process that goes on in the joined namespaces, and reaps the one that prepared it.</summary>
    internal void FollowSibling() => Listen(LaunchPlan.Message.Sibling);

    private void Listen(byte? until)
    {
        Span<byte> message = stackalloc byte[1024];
        // A hook without a timeout may take as long as it wants.
        bool inHooks = until is null && plan.RunsStartHooks;
        while (true)
        {
            if (WhyNotReady(inHooks) is { } reason)
            {
                string rest = Abandon() ? "" : $"; process {Pid} does not end either";
                throw new LaunchException($"{reason}{rest}", 1);
            }
            int n = Receive(message, out FileHandle? descriptor);
            if (until is null && n <= 0 && GoesOn())
            {
                return;
            }
            if (n <= 0)
            {
                throw EndedEarly();
            }
            if (descriptor is not null)
            {
                Take(message[0], descriptor);
            }
            else if (message[0] == LaunchPlan.Message.Sibling)
            {
                Follow(BitConverter.ToInt32(message[4..]));
            }
            else if (ProgramFailure.TryParse(message[..n], out ProgramFailure failure))
            {
                Abandon();
                throw LaunchFailureText.Explain(plan, failure);
            }
            if (message[0] == until)
            {
                return;
            }
            inHooks = Answer(message[0], inHooks);
        }
    }

    /// <returns>0 at the end, -1 when the process ended without having read all that was said to it.</returns>
    private int Receive(Span<byte> message, out FileHandle? descriptor)
    {
        try
        {
            return channel.ReceiveDescriptor(message, out descriptor);
        }
        catch (KernelException e) when (e.Error == Errno.ECONNRESET)
        {
            // Told once, before what the process may still have said.
            int n = channel.ReceiveDescriptor(message, out descriptor);
            return n == 0 ? -1 : n;
        }
    }

    /// <summary>Whether a process that closed its channel did so by execve(2), or by its end, where the plan has it so; else it was killed.</summary>
    private bool GoesOn() => !plan.BecomesPayload || ReadIdentity() is not { HasExecuted: false };

    /// <summary>The process ended before it was the payload, and could not say why.</summary>
    private LaunchException EndedEarly()
    {
        ExitStatus? status = HasEnded(LookInterval) ? Handle.TryWait() : null;
        ulong oomKills = inputs.AnyCgroup?.OomKills ?? 0;
        Abandon();
        return LaunchFailureText.ExplainEnd(status, oomKills, plan.Linux);
    }

    /// <summary>Does what the child waits for, and says whether hooks run until the next message.</summary>
    private bool Answer(byte message, bool inHooks)
    {
        switch (message)
        {
            case LaunchPlan.Message.RuntimeHooks:
                try
                {
                    inputs.Hooks!.RunOutside();
                }
                catch
                {
                    Abandon();
                    throw;
                }
                Go();
                return false;
            case LaunchPlan.Message.HooksBegin:
                return true;
            case LaunchPlan.Message.HooksEnd:
                return false;
            default:
                return inHooks;
        }
    }

    /// <summary>Waits until the process says something; null when it does, else the sentence that says why not.</summary>
    private string? WhyNotReady(bool forever)
    {
        LaunchHooks? hooks = inputs.Hooks;
        ReadOnlySpan<FileHandle?> channels = hooks is null ? new FileHandle?[] { channel } : new FileHandle?[] { channel, hooks.Signals };
        for (int waited = 0; forever || waited < SetUpDeadline; waited += LookInterval)
        {
            switch (Poll.Readable(channels, LookInterval))
            {
                case 0:
                    return null;
                case 1:
                    return $"the container's hooks were given up, since the runtime got {hooks!.TakeSignal()}";
                default:
                    break;
            }
            if (!inputs.MayBeFrozen && StandStill.Reason(Pid, inputs.AnyCgroup) is { } reason)
            {
                return $"unable to start container process: {reason}";
            }
        }
        return $"unable to start container process: no progress for {SetUpDeadline / 1000} seconds";
    }

    private void FreeMemory()
    {
        memory?.Dispose();
        memory = null;
    }

    private bool HasEnded(int timeout) => Poll.Readable(new FileHandle?[] { Handle }, timeout) >= 0;

    private void Take(byte message, FileHandle descriptor)
    {
        switch (message)
        {
            case LaunchPlan.Message.CopyFrom:
                copySource = descriptor;
                break;
            case LaunchPlan.Message.CopyInto:
                Fill(descriptor);
                break;
            case LaunchPlan.Message.Mount:
                inputs.OnMount!(descriptor);
                Go();
                break;
            default:
                Terminal = descriptor;
                break;
        }
    }

    private void Fill(FileHandle tmpfs)
    {
        using (copySource)
        using (tmpfs)
        {
            try
            {
                CopyUpWork.Do(plan.CopyUps[copiesDone++], Pid, copySource!, tmpfs);
            }
            catch (LaunchException)
            {
                Abandon();
                throw;
            }
        }
        Go();
    }

    private void Follow(int pid)
    {
        Handle.Wait();
        Handle.Dispose();
        // The one that goes on has a copy.
        FreeMemory();
        Pid = pid;
        Handle =
            PidHandle.TryOpen(pid)
            ?? throw new LaunchException("unable to start container process: the process was killed while it set itself up", 1);
    }
}
