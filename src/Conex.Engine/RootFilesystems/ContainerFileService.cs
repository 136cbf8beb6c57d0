using System.Text;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Images.Compression;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Files;

namespace Conex.Engine.RootFilesystems;

/// <summary>The files of containers, running or not. A reference is a name, an ID or a unique prefix of an ID; every method throws
/// <see cref="NotFoundException"/> when nothing fits, and <see cref="ConflictException"/> when the container is being removed.</summary>
public sealed class ContainerFileService
{
    private readonly ContainerIndex index;
    private readonly ContainerEvents events;
    private readonly ContainerLayers layers;
    private readonly string runtimeState;

    /// <param name="runtimeState">Where the runtime keeps what it knows of its containers.</param>
    internal ContainerFileService(ContainerIndex index, ContainerEvents events, ContainerLayers layers, string runtimeState)
    {
        this.index = index;
        this.events = events;
        this.layers = layers;
        this.runtimeState = runtimeState;
    }

    /// <summary>Opens a container's root file system, without what is mounted in it, to write it as a tar: dispose what is returned.</summary>
    public ExportedRoot Export(string reference)
    {
        Container container = Find(reference);
        IReadOnlyList<LayerSource> sources = layers.Open(container.Record);
        DirectoryHandle root = MergedRoot.OpenReadOnly([container.Files.Upper, .. sources.Select(source => source.Path)]);
        events.Publish(container, "export");
        return new ExportedRoot(root);
    }

    /// <summary>Tells what a container has changed of its image, one change after the other; a directory comes before what is in it.</summary>
    public void TellChanges(string reference, Action<FileChange> report)
    {
        Container container = Find(reference);
        IReadOnlyList<LayerSource> sources = layers.Open(container.Record);
        using DirectoryHandle upper = PathAt.OpenDirectory(container.Files.Upper);
        using DirectoryHandle? below = sources.Count == 0 ? null : MergedRoot.OpenReadOnly([.. sources.Select(source => source.Path)]);
        using var list = new ChangeList(MountPlaces.Of(container.Record), report);
        list.Tell(upper, below);
    }

    /// <summary>What is at a path.</summary>
    /// <exception cref="InvalidRequestException">The path cannot be walked.</exception>
    public async Task<PathStatus> StatusAsync(string reference, string? path, CancellationToken cancellationToken = default)
    {
        InnerPath inner = InnerPath.Parse(path);
        using OpenedTree tree = await OpenedTree.OpenAsync(Find(reference), layers, runtimeState, cancellationToken);
        return tree.Status(inner);
    }

    /// <summary>Opens a path to write it as a tar: dispose what is returned.</summary>
    /// <exception cref="InvalidRequestException">The path cannot be walked.</exception>
    public async Task<CopiedPath> CopyOutAsync(string reference, string? path, CancellationToken cancellationToken = default)
    {
        InnerPath inner = InnerPath.Parse(path);
        Container container = Find(reference);
        OpenedTree tree = await OpenedTree.OpenAsync(container, layers, runtimeState, cancellationToken);
        try
        {
            CopiedPath copied = CopiedPath.Open(tree, inner);
            events.Publish(container, "archive-path");
            return copied;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>Writes the entries of a tar, perhaps a compressed one, into a directory. What was written before an error stays.</summary>
    /// <exception cref="InvalidRequestException">The path is no directory or cannot be written to, or the archive is broken or hostile.</exception>
    public async Task CopyInAsync(
        string reference,
        string? path,
        Stream archive,
        CopyOptions options,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        InnerPath inner = InnerPath.Parse(path);
        Container container = Find(reference);
        using OpenedTree tree = await OpenedTree.OpenAsync(container, layers, runtimeState, cancellationToken);
        tree.RequireWritable(inner);
        var rules = new ExtractionRules
        {
            ReplacesKinds = !options.KeepsKinds,
            Owner = options.OwnedByContainer && container.Record.Configuration.User.Length > 0 ? tree.Owner(layers) : null,
        };
        byte[] place = Encoding.UTF8.GetBytes(inner.Clean[1..]);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tree.Ended);
        try
        {
            await TreeStream.ReadAsync(archive, tree.Root, place, rules, linked.Token);
        }
        catch (Exception e) when (e is TarException or TreeException or CompressionException)
        {
            throw new InvalidRequestException(e.Message);
        }
        catch (OperationCanceledException) when (tree.Ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ConflictException($"container {container.Record.Name} has ended while files were copied to it");
        }
        events.Publish(container, "extract-to-dir");
    }

    private Container Find(string reference)
    {
        Container container = index.Find(reference);
        return container.State.Status == ContainerStatus.Removing ? throw ContainerRemoval.InProgress(container) : container;
    }
}
