using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Faults;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>Takes one layer in, in one pass: from the registry through SHA-256, inflate and SHA-256 into the layer store.</summary>
internal sealed class LayerPull(ImageStore store, RegistrySettings settings, RepositorySet repositories)
{
    private const long ProgressStep = 512 << 10;

    // Who expands zstd holds a window of 8 MiB as most is written: one layer at a time, whatever is pulled and however many processors there are.
    private static readonly SemaphoreSlim ZstdTurn = new(1);

    /// <summary>Blocks its thread.</summary>
    /// <exception cref="RegistryException">The layer cannot be had, or is not what its digests say.</exception>
    internal StoredLayer Run(Descriptor layer, Digest diffId, Action<TransferStep> report, CancellationToken cancellationToken)
    {
        using PartialBlob partial = store.Ingest.Begin(layer.Digest);
        bool hadSome = partial.Length > 0;
        try
        {
            return Attempt(layer, diffId, partial, report, cancellationToken);
        }
        catch (RegistryException) when (hadSome && partial.Length == 0)
        {
            // What an earlier attempt left was not the beginning of it, and is gone now.
            return Attempt(layer, diffId, partial, report, cancellationToken);
        }
    }

    private StoredLayer Attempt(
        Descriptor layer,
        Digest diffId,
        PartialBlob partial,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        long reported = -ProgressStep;
        void Tell(long position)
        {
            if (position - reported >= ProgressStep || (position == layer.Size && position != reported))
            {
                reported = position;
                report(new TransferStep(layer.Digest.Short, "Downloading", position, layer.Size));
            }
        }
        using var download = new LayerDownload(
            layer,
            partial,
            (offset, token) => OpenAsync(layer, offset, token),
            settings,
            Tell,
            cancellationToken
        );
        using PendingLayer pending = UnpackInTurn(layer, diffId, download, cancellationToken);
        CrashStep.At("image.pull.layer-unpacked");
        report(new TransferStep(layer.Digest.Short, "Download complete"));
        report(new TransferStep(layer.Digest.Short, "Extracting", layer.Size, layer.Size));
        store.Layers.Commit([pending]);
        CrashStep.At("image.pull.layer-committed");
        return pending.Layer;
    }

    /// <summary>Downloads while other layers have the turn.</summary>
    private PendingLayer UnpackInTurn(Descriptor layer, Digest diffId, LayerDownload download, CancellationToken cancellationToken)
    {
        if (MediaType.CompressionOf(layer.MediaType) != LayerCompression.Zstd)
        {
            return Unpack(layer, diffId, download, cancellationToken);
        }
        while (!ZstdTurn.Wait(0, cancellationToken))
        {
            if (!download.Fetch())
            {
                ZstdTurn.Wait(cancellationToken);
                break;
            }
        }
        try
        {
            return Unpack(layer, diffId, download, cancellationToken);
        }
        finally
        {
            ZstdTurn.Release();
        }
    }

    private PendingLayer Unpack(Descriptor layer, Digest diffId, LayerDownload download, CancellationToken cancellationToken)
    {
        PendingLayer pending;
        try
        {
            pending = store.Layers.Unpack(download, diffId, cancellationToken);
        }
        catch (Exception e) when (e is TarException or CompressionException or LayerException)
        {
            // If the bytes are other ones than promised, that is the reason.
            download.Finish();
            throw new RegistryException($"the layer {layer.Digest}: {e.Message}", cause: e);
        }
        try
        {
            // Behind a compressed stream there may be padding, which the digest covers too.
            download.Finish();
            return pending;
        }
        catch
        {
            pending.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(Descriptor layer, long offset, CancellationToken cancellationToken)
    {
        // A layer that may not be distributed is where its descriptor says.
        if (MediaType.KindOf(layer.MediaType) == MediaKind.ForeignLayer)
        {
            foreach (string text in layer.Urls ?? [])
            {
                if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
                {
                    try
                    {
                        return await repositories.Origin.OpenForeignAsync(url, offset, cancellationToken);
                    }
                    catch (RegistryException)
                    {
                        // The next one, and the registry at last.
                    }
                }
            }
        }
        return await repositories.AskAsync(repository => repository.OpenBlobAsync(layer.Digest, offset, cancellationToken));
    }
}
