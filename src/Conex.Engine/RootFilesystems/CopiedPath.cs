using System.Text;
using Conex.Engine.Errors;
using Conex.Images.Trees;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>A path of a container, held open to be written as a tar.</summary>
public sealed class CopiedPath : IDisposable
{
    private const ResolveRules InRoot = ResolveRules.InRoot | ResolveRules.NoMagicLinks;
    private readonly OpenedTree tree;
    private readonly FileHandle directory;
    private readonly byte[] name;
    private readonly byte[] path;

    private CopiedPath(OpenedTree tree, PathStatus status, FileHandle directory, string name, string path)
    {
        this.tree = tree;
        Status = status;
        this.directory = directory;
        this.name = Encoding.UTF8.GetBytes(name);
        this.path = Encoding.UTF8.GetBytes(path);
    }

    /// <summary>What is there.</summary>
    public PathStatus Status { get; }

    /// <summary>Writes the tar: the name alone, or a directory with all below it, also what is mounted there unless it is the kernel's.</summary>
    /// <exception cref="KernelException">Something cannot be read.</exception>
    public async Task WriteAsync(Stream target, CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tree.Ended);
        FileStatus? devices = DevicesOf(tree.Root);
        await TreeStream.WriteAsync(
            target,
            TreeForm.Plain,
            archive => archive.Add(directory, name, path, linked.Token),
            linked.Token,
            enters: mounted => !FileSystemStatus.Of(mounted).IsOfTheKernel && !IsSame(PathAt.Status(mounted, ""), devices)
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        directory.Dispose();
        tree.Dispose();
    }

    /// <exception cref="NotFoundException">Nothing is there.</exception>
    internal static CopiedPath Open(OpenedTree tree, InnerPath path)
    {
        PathStatus status = tree.Status(path);
        // A directory is opened itself and named from within, so that what it is cannot change between two look-ups.
        bool isDirectory = status.Status.IsDirectory;
        FileHandle opened = PathAt.OpenResolved(tree.Root, isDirectory ? path.Relative : path.Parent, OpenMode.Directory, InRoot);
        return isDirectory
            ? new CopiedPath(tree, status, opened, ".", path.Name == "/" ? "" : path.Name)
            : new CopiedPath(tree, status, opened, path.Name, path.Name);
    }

    /// <summary>/dev, whose nodes are the container's and no files of it.</summary>
    private static FileStatus? DevicesOf(DirectoryHandle root)
    {
        using FileHandle? devices = PathAt.TryOpenResolved(root, "dev", OpenMode.Path | OpenMode.Directory, InRoot, out _);
        return devices is null ? null : PathAt.Status(devices, "");
    }

    private static bool IsSame(FileStatus? one, FileStatus? other) =>
        one is { } a && other is { } b && a.Device == b.Device && a.Inode == b.Inode;
}
