using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Launch;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Containers;

/// <summary>A further process of a container under a monitor of its own.</summary>
public sealed class SupervisedExec : ISupervised
{
    private readonly RuntimeContext context;
    private readonly string id;
    private readonly Process process;
    private LaunchedProcess? launched;

    /// <exception cref="FormatException">The file does not describe a process.</exception>
    public SupervisedExec(RuntimeContext context, string id, string processFile)
    {
        this.context = context;
        this.id = id;
        process = Process.Parse(FileIo.ReadAll(processFile));
    }

    /// <inheritdoc/>
    public bool UsesTerminal => process.Terminal;

    /// <inheritdoc/>
    public LaunchedPayload Launch(FileHandle? stdin, FileHandle? stdout, FileHandle? stderr)
    {
        bool redirected = stdin is not null && stdout is not null && stderr is not null;
        launched = ContainerExec.Start(
            Container.Open(context, id),
            process,
            redirected ? (stdin!, stdout!, stderr!) : null,
            dieWithParent: true
        );
        launched.Dispose();
        return new LaunchedPayload(launched.Pid, launched.Handle, launched.Terminal);
    }

    /// <inheritdoc/>
    public bool WasOomKilled() => false;

    /// <summary>Signals the process alone: the others of the container are not the exec's.</summary>
    public void SignalAll(Signal signal) => launched?.Handle.Send(signal);

    /// <summary>Nothing: the cgroup and the state are the container's.</summary>
    public void CleanUp() { }
}
