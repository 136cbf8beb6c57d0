using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Containers;

/// <summary>A container under a monitor: it ends when the monitor ends.</summary>
public sealed class SupervisedContainer : ISupervised, IDisposable
{
    private readonly RuntimeContext context;
    private readonly CreateRequest request;
    private CreatedContainer? created;

    /// <exception cref="InvalidSpecException">The bundle has no readable configuration.</exception>
    public SupervisedContainer(RuntimeContext context, string id, string bundle)
    {
        this.context = context;
        request = new CreateRequest
        {
            Id = id,
            Bundle = Bundle.Load(bundle, "config.json"),
            Gate = StartGate.None,
            DieWithParent = true,
        };
        UsesTerminal = request.Bundle.Spec.Process?.Terminal == true;
    }

    /// <inheritdoc/>
    public bool UsesTerminal { get; }

    /// <inheritdoc/>
    public LaunchedPayload Launch(FileHandle? stdin, FileHandle? stdout, FileHandle? stderr)
    {
        bool redirected = stdin is not null && stdout is not null && stderr is not null;
        created = ContainerCreation.Create(context, request with { Stdio = redirected ? (stdin!, stdout!, stderr!) : null });
        created.AwaitExecution(context);
        created.Process.Dispose();
        return new LaunchedPayload(created.Process.Pid, created.Process.Handle, created.Process.Terminal);
    }

    /// <inheritdoc/>
    public bool WasOomKilled() => created?.Cgroup is { OomKills: > 0 };

    /// <inheritdoc/>
    public void SignalAll(Signal signal) => created?.Cgroup?.Signal(signal);

    /// <summary>Removes what <see cref="Launch"/> made. A launch that failed left nothing, and the ID may be another container's.</summary>
    public void CleanUp() => created?.Remove(context);

    /// <inheritdoc/>
    public void Dispose() => created?.Dispose();
}
