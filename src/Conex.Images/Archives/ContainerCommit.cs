using System.IO.Pipelines;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Files;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>docker commit: a container's writable layer becomes the top layer of a new image.</summary>
public static class ContainerCommit
{
    private const int EmptyTar = 1024;

    /// <summary>Makes the image. Equal trees give equal layers.</summary>
    /// <param name="upper">overlayfs's writable layer.</param>
    /// <param name="skips">Paths in it that are no part of the image.</param>
    /// <exception cref="ImageArchiveException">A change cannot be understood, or the tree cannot be a layer; nothing was kept.</exception>
    /// <exception cref="Linux.Errors.KernelException">The machine refuses: no space, no permission, or a file that vanishes while it is read.</exception>
    public static Task<StoredImage> RunAsync(
        ImageStore store,
        DirectoryHandle upper,
        Func<string, bool> skips,
        CommitOptions options,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        return BlockingWork.RunAsync(() => Run(store, upper, skips, options, cancellationToken));
    }

    private static StoredImage Run(
        ImageStore store,
        DirectoryHandle upper,
        Func<string, bool> skips,
        CommitOptions options,
        CancellationToken cancellationToken
    )
    {
        if (options.Reference?.TagFault is { } fault)
        {
            throw new ImageArchiveException(fault);
        }
        ImageExecution execution = DockerfileChanges.Apply(options.Execution, options.Changes);
        using var session = new LayerSession(store);
        session.Hold(options.Parent.DiffIds);
        StoredLayer layer = Pack(session, upper, skips, cancellationToken);
        bool isEmpty = layer is { TarSize: <= EmptyTar, ContentSize: 0 };
        IReadOnlyList<StoredLayer> layers = isEmpty ? options.Parent.Layers : [.. options.Parent.Layers, layer];
        if (!isEmpty)
        {
            session.Commit();
        }
        ImageConfig parent = options.Parent.Config;
        byte[] config = (
            parent with
            {
                Created = store.Now,
                Author = options.Author.Length > 0 ? options.Author : null,
                Config = execution,
                Rootfs = new RootFs { Type = "layers", DiffIds = [.. layers.Select(one => one.DiffId)] },
                History =
                [
                    .. parent.History ?? [],
                    new HistoryEntry
                    {
                        Created = store.Now,
                        CreatedBy = options.CreatedBy,
                        Author = options.Author.Length > 0 ? options.Author : null,
                        Comment = options.Message.Length > 0 ? options.Message : null,
                        EmptyLayer = isEmpty,
                    },
                ],
            }
        ).ToUtf8Json();
        IReadOnlyList<ImageReference> references = options.Reference is { } reference ? [reference.WithDefaultTag()] : [];
        return store.Register([new NewImage(config, PlainManifest.For(config, layers), layers, references)])[0].Image;
    }

    /// <summary>The tree is written on one thread and taken in on this one: no copy of the tar but the store's own.</summary>
    private static StoredLayer Pack(
        LayerSession session,
        DirectoryHandle upper,
        Func<string, bool> skips,
        CancellationToken cancellationToken
    )
    {
        var pipe = new Pipe();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task writing = WriteAsync(pipe.Writer, upper, skips, stop.Token);
        try
        {
            return session.Provide(new AsyncSource(pipe.Reader.AsStream(), cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is TarException or LayerException)
        {
            throw new ImageArchiveException(e.Message, e);
        }
        finally
        {
            stop.Cancel();
            pipe.Reader.Complete();
            ((IAsyncResult)writing).AsyncWaitHandle.WaitOne();
        }
    }

    private static async Task WriteAsync(PipeWriter writer, DirectoryHandle upper, Func<string, bool> skips, CancellationToken stop)
    {
        Exception? failure = null;
        try
        {
            await TreeStream.WriteAsync(
                writer.AsStream(leaveOpen: true),
                TreeForm.OverlayLayer,
                tree => tree.AddContent(upper, [], stop),
                stop,
                skips
            );
        }
        catch (Exception e)
        {
            // The reader throws it.
            failure = e;
        }
        await writer.CompleteAsync(failure);
    }
}
