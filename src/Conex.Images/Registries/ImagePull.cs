using Conex.Images.Layers;
using Conex.Linux.Faults;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>docker pull: takes an image in layer by layer, and makes it visible when all of it is here. What is cut off leaves the beginnings of
/// blobs, where the next pull goes on, and nothing else.</summary>
internal sealed class ImagePull(ImageStore store, LayerFlights flights, RegistrySettings settings, RepositorySet repositories)
{
    private readonly LayerPull layers = new(store, settings, repositories);

    /// <exception cref="RegistryException">The registry cannot be reached or refuses, or what it sends is not an image.</exception>
    internal async Task<PulledImage> RunAsync(
        ImageReference reference,
        Platform? platform,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        if (reference.NameFault is { } fault)
        {
            throw new RegistryException(fault);
        }
        RemoteImage remote = await RemoteImage.ReadAsync(repositories, reference, platform, cancellationToken);
        // Not before: a name that is not there is an error by its status, and no progress.
        report(new TransferStep(reference.Tag ?? reference.Digest?.ToString() ?? "", $"Pulling from {reference.Path}"));
        Digest[] leased = [.. remote.Config.Rootfs.DiffIds.Distinct()];
        Array.ForEach(leased, store.TakeLease);
        try
        {
            StoredLayer[] stored = await PullLayersAsync(remote, report, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            bool isNew = store.Find(reference.ToString())?.Id != remote.Manifest.Config.Digest;
            StoredImage image = await Task.Run(() => Register(reference, remote, stored), CancellationToken.None);
            report(new TransferStep("", $"Digest: {remote.Top.Digest}"));
            return new PulledImage(image, reference, remote.Top.Digest, isNew);
        }
        finally
        {
            await Task.Run(() => store.ReturnLeases(leased), CancellationToken.None);
        }
    }

    private async Task<StoredLayer[]> PullLayersAsync(RemoteImage remote, Action<TransferStep> report, CancellationToken cancellationToken)
    {
        IReadOnlyList<Descriptor> descriptors = remote.Manifest.Layers;
        Descriptor[] distinct = [.. descriptors.DistinctBy(layer => layer.Digest)];
        Array.ForEach(distinct, layer => report(new TransferStep(layer.Digest.Short, "Pulling fs layer")));
        Array.ForEach(
            distinct[Math.Min(settings.ParallelLayers, distinct.Length)..],
            layer => report(new TransferStep(layer.Digest.Short, "Waiting"))
        );
        using var slots = new SemaphoreSlim(settings.ParallelLayers);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // One blob twice in an image is one layer twice: by its diff ID the second is there already.
        var pulls = new Dictionary<(Digest Blob, Digest DiffId), Task<StoredLayer>>();
        for (int i = 0; i < descriptors.Count; i++)
        {
            Descriptor layer = descriptors[i];
            Digest diffId = remote.Config.Rootfs.DiffIds[i];
            if (!pulls.ContainsKey((layer.Digest, diffId)))
            {
                pulls[(layer.Digest, diffId)] = PullAsync(layer, diffId, slots, failed, report);
            }
        }
        await ((Task)Task.WhenAll(pulls.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (pulls.Values.FirstOrDefault(pull => pull.IsFaulted) is { } broken)
        {
            await broken;
        }
        return await Task.WhenAll(descriptors.Select((layer, i) => pulls[(layer.Digest, remote.Config.Rootfs.DiffIds[i])]));
    }

    private async Task<StoredLayer> PullAsync(
        Descriptor layer,
        Digest diffId,
        SemaphoreSlim slots,
        CancellationTokenSource failed,
        Action<TransferStep> report
    )
    {
        await slots.WaitAsync(failed.Token);
        try
        {
            if (store.Layers.Find(diffId) is { } present)
            {
                report(new TransferStep(layer.Digest.Short, "Already exists"));
                return present;
            }
            StoredLayer stored = await flights.JoinAsync(
                layer.Digest,
                diffId,
                report,
                (tell, token) => layers.Run(layer, diffId, tell, token),
                failed.Token
            );
            report(new TransferStep(layer.Digest.Short, "Pull complete"));
            return stored;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await failed.CancelAsync();
            throw;
        }
        finally
        {
            slots.Release();
        }
    }

    private StoredImage Register(ImageReference reference, RemoteImage remote, StoredLayer[] stored)
    {
        for (int i = 0; i < stored.Length; i++)
        {
            Descriptor layer = remote.Manifest.Layers[i];
            store.Blobs.Keep(stored[i].DiffId, layer.Digest, layer.Size, layer.MediaType, reference.Name);
        }
        CrashStep.At("image.pull.blobs-kept");
        var image = new NewImage(remote.ConfigBytes, remote.Document.Bytes, stored, reference.Digest is null ? [reference] : [])
        {
            Digests = [reference.WithDigest(remote.Top.Digest)],
        };
        try
        {
            return store.Register([image])[0].Image;
        }
        catch (LayerException e)
        {
            throw new RegistryException($"the image {reference.Familiar}: {e.Message}", cause: e);
        }
    }
}
