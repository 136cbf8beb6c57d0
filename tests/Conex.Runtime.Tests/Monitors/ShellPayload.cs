using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Tests.Monitors;

/// <summary>A container that is a shell: the monitor does not know the difference.</summary>
internal sealed class ShellPayload(string script) : ISupervised
{
    /// <summary>The script's <c>$1</c>.</summary>
    internal string Directory { get; set; } = "";

    /// <summary>Thrown instead of a launch.</summary>
    internal Exception? Refusal { get; init; }

    internal bool OomKilled { get; init; }

    /// <summary>The terminal, when it has one.</summary>
    internal PseudoTerminal? Terminal { get; init; }

    internal int CleanUps { get; private set; }

    /// <summary>What the monitor's thread allocated from the end of the launch to the end of the process, in bytes.</summary>
    internal long AllocatedMeanwhile { get; private set; }

    public bool UsesTerminal => Terminal is not null;

    private int Pid { get; set; }

    public LaunchedPayload Launch(FileHandle? stdin, FileHandle? stdout, FileHandle? stderr)
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }
        Assert.Equal(UsesTerminal, stdin is null);
        FileHandle?[] descriptors = Terminal is null ? [stdin, stdout, stderr] : [Terminal.Slave, Terminal.Slave, Terminal.Slave];
        var child = ChildProcess.Spawn("/bin/sh", ["sh", "-c", script, "sh", Directory], descriptors: descriptors, newSession: true);
        Pid = child.Pid;
        Terminal?.Slave.Dispose();
        var payload = new LaunchedPayload(child.Pid, PidHandle.TryOpen(child.Pid)!, Terminal?.Master);
        AllocatedMeanwhile = -GC.GetAllocatedBytesForCurrentThread();
        return payload;
    }

    public bool WasOomKilled()
    {
        AllocatedMeanwhile += GC.GetAllocatedBytesForCurrentThread();
        return OomKilled;
    }

    public void SignalAll(Signal signal) => Signals.Send(-Pid, signal);

    public void CleanUp()
    {
        CleanUps++;
        if (Pid != 0)
        {
            SignalAll(Signal.SIGKILL);
        }
    }
}
