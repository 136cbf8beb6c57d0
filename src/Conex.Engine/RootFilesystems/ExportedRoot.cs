using Conex.Images.Trees;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>A container's root file system, held open to be written as a tar.</summary>
public sealed class ExportedRoot : IDisposable
{
    private readonly DirectoryHandle root;

    internal ExportedRoot(DirectoryHandle root) => this.root = root;

    /// <summary>Writes the tar.</summary>
    /// <exception cref="Linux.Errors.KernelException">Something cannot be read.</exception>
    public Task WriteAsync(Stream target, CancellationToken cancellationToken = default) =>
        TreeStream.WriteAsync(target, TreeForm.Plain, tree => tree.AddContent(root, [], cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => root.Dispose();
}
