using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Errors;
using Conex.Runtime.Launch;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Containers;

/// <summary>The mount namespace of a container that is there.</summary>
internal sealed class MountPlace : IDisposable
{
    private readonly PidHandle init;
    private readonly FileHandle mounts;

    private MountPlace(PidHandle init, FileHandle mounts, bool isInUserNamespace)
    {
        this.init = init;
        this.mounts = mounts;
        IsInUserNamespace = isInUserNamespace;
    }

    /// <summary>Whether the container has a user namespace for itself.</summary>
    internal bool IsInUserNamespace { get; }

    /// <summary>The number of the namespace's descriptor in this process and in those that it starts.</summary>
    internal int Descriptor => mounts.Descriptor;

    /// <exception cref="ContainerStateException">The container has stopped, or is closed to an ordinary user until its start.</exception>
    /// <exception cref="KernelException">The namespace cannot be opened.</exception>
    internal static MountPlace Open(Container container)
    {
        ContainerStatus status = container.Status;
        if (status == ContainerStatus.Creating)
        {
            throw Stopped();
        }
        string path = $"/proc/{container.Record.Pid}/ns/mnt";
        FileHandle? mounts = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out Errno error);
        // Opened after the namespace: while init lives, the number that the namespace was found by is its own.
        PidHandle? init = container.OpenInit();
        if (init is null || mounts is null)
        {
            mounts?.Dispose();
            init?.Dispose();
            throw init is null ? Stopped()
            : error == Errno.EACCES && status == ContainerStatus.Created
                ? new ContainerStateException(
                    "cannot change the mounts of a created container: an ordinary user enters a container once it is started: conex-runtime start first"
                )
            : new KernelException("open", path, error);
        }
        return new MountPlace(init, mounts, (container.Record.Namespaces & NamespaceSet.User) != 0);
    }

    /// <summary>Carries a plan out to its end.</summary>
    /// <param name="handedIn">The mounts that the plan takes.</param>
    /// <param name="onMount">Takes the descriptor of each mount that is added, before it is attached.</param>
    /// <exception cref="LaunchException">A step failed.</exception>
    internal void Do(LaunchPlan plan, IReadOnlyList<FileHandle>? handedIn = null, Action<FileHandle>? onMount = null)
    {
        var inputs = new LaunchInputs
        {
            Init = init,
            MountNamespace = mounts,
            Mounts = handedIn ?? [],
            OnMount = onMount,
        };
        using LaunchedProcess process = Launcher.Start(plan, inputs);
        try
        {
            process.AwaitReady();
            process.AwaitExecution();
        }
        finally
        {
            // It has ended, or must.
            _ = process.Abandon();
        }
    }

    public void Dispose()
    {
        mounts.Dispose();
        init.Dispose();
    }

    private static ContainerStateException Stopped() => new("cannot change the mounts of a stopped container");
}
