using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>The files of a container while somebody copies from or to them. One that does not run is kept from starting meanwhile.</summary>
internal sealed class OpenedTree : IDisposable
{
    private const ResolveRules InRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;
    private readonly Container container;
    private readonly ContainerTree tree;
    private readonly bool holdsOperation;
    private readonly CancellationTokenSource ended = new();

    private OpenedTree(Container container, ContainerTree tree, bool holdsOperation)
    {
        this.container = container;
        this.tree = tree;
        this.holdsOperation = holdsOperation;
        if (!holdsOperation)
        {
            _ = container.WaitAsync(WaitCondition.NotRunning, ended.Token).ContinueWith(EndOnce, TaskScheduler.Default);
        }
    }

    internal DirectoryHandle Root => tree.Root;

    /// <summary>Cancelled when the run ends in which the files were opened: what is written then would be lost, or be in the next run's way.</summary>
    internal CancellationToken Ended => ended.Token;

    /// <exception cref="ConflictException">The container is being removed.</exception>
    internal static async Task<OpenedTree> OpenAsync(
        Container container,
        ContainerLayers layers,
        string runtimeState,
        CancellationToken cancellationToken
    )
    {
        if (container.State is { IsRunning: true, Pid: > 0 } && ContainerTree.TryOpenRunning(runtimeState, container.Id) is { } running)
        {
            return new OpenedTree(container, running, holdsOperation: false);
        }
        await container.Operation.WaitAsync(cancellationToken);
        try
        {
            if (container.State.Status == ContainerStatus.Removing)
            {
                throw ContainerRemoval.InProgress(container);
            }
            if (container.State.IsRunning)
            {
                running = ContainerTree.TryOpenRunning(runtimeState, container.Id) ?? throw Ending(container);
                container.Operation.Release();
                return new OpenedTree(container, running, holdsOperation: false);
            }
            ContainerTree assembled = await Task.Factory.StartNew(
                () => ContainerTree.Assemble(container, layers.Open(container.Record)),
                cancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
            return new OpenedTree(container, assembled, holdsOperation: true);
        }
        catch
        {
            container.Operation.Release();
            throw;
        }
    }

    public void Dispose()
    {
        tree.Dispose();
        if (holdsOperation)
        {
            container.Operation.Release();
        }
        else
        {
            ended.Cancel();
        }
    }

    /// <exception cref="NotFoundException">Nothing is there.</exception>
    /// <exception cref="InvalidRequestException">The path leads through something that is no directory, or in circles.</exception>
    internal PathStatus Status(InnerPath path)
    {
        OpenMode mode = OpenMode.Path | (path.IsDirectory ? OpenMode.Directory : OpenMode.NoFollow);
        using FileHandle found = PathAt.TryOpenResolved(Root, path.Relative, mode, InRoot, out Errno error) ?? throw Missing(path, error);
        FileStatus status = PathAt.Status(found, "") ?? throw Missing(path, Errno.ENOENT);
        string target = status.Kind == FileKind.SymbolicLink ? LinkWalk.Follow(Root, path.Clean) : "";
        return new PathStatus(path.Name, status, target);
    }

    /// <summary>Opens a directory that is to be written to, links followed.</summary>
    /// <exception cref="InvalidRequestException">It is none, or on a read-only mount.</exception>
    internal void RequireWritable(InnerPath path)
    {
        using FileHandle place =
            PathAt.TryOpenResolved(Root, path.Relative, OpenMode.Path, InRoot, out Errno error) ?? throw Missing(path, error);
        FileStatus? status = PathAt.Status(place, "");
        if (status is not { IsDirectory: true } directory)
        {
            throw new InvalidRequestException("extraction point is not a directory");
        }
        if (FileSystemStatus.Of(place).IsReadOnly)
        {
            throw new InvalidRequestException(
                PathAt.Status(Root, "") is { } root && root.Device == directory.Device
                    ? "container rootfs is marked read-only"
                    : "mounted volume is marked read-only"
            );
        }
    }

    /// <summary>The user and group that the container's processes have by its configuration, by its own files.</summary>
    internal (uint User, uint Group) Owner(ContainerLayers layers)
    {
        ContainerRecord record = container.Record;
        var user = ContainerLayers.FindUser(layers.Open(record), record, container.Files, record.Configuration.User);
        return (user.Uid, user.Gid);
    }

    private Exception Missing(InnerPath path, Errno error) =>
        error == Errno.ENOENT ? new NotFoundException($"Could not find the file {path.Text} in container {container.Record.Name}")
        : error is Errno.ENOTDIR or Errno.ELOOP or Errno.ENAMETOOLONG
            ? new InvalidRequestException($"{path.Text} in container {container.Record.Name}: {KernelException.Explain(error)}")
        : new KernelException("open", path.Text, error);

    private static ConflictException Ending(Container container) =>
        new($"container {container.Record.Name} is just ending: try again when it has ended");

    private void EndOnce(Task<WaitResult> task)
    {
        if (task.IsCompletedSuccessfully)
        {
            ended.Cancel();
        }
    }
}
