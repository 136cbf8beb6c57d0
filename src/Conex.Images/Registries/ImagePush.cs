using Conex.Images.Content;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>docker push: sends what the registry lacks, and the manifest last. An image that came from a registry keeps its manifest byte for
/// byte; layers that are known only as tars are compressed, always to the same bytes.</summary>
internal sealed class ImagePush(ImageStore store, RegistrySettings settings, RegistryRepository repository, string domain)
{
    private readonly RegistryUpload upload = new(repository);

    /// <param name="reference">The name and tag in the registry.</param>
    /// <exception cref="RegistryException">The registry cannot be reached or refuses, or a layer's bytes are nowhere.</exception>
    internal async Task<PushedImage> RunAsync(
        StoredImage image,
        ImageReference reference,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        // Nobody takes them away meanwhile, whoever removes the image.
        Digest[] leased = [.. image.DiffIds.Distinct()];
        Array.ForEach(leased, store.TakeLease);
        try
        {
            byte[] manifest = store.Content.Read(image.Manifest);
            byte[] config = store.Content.Read(image.Id);
            return await RunAsync(image, reference, manifest, config, report, cancellationToken);
        }
        finally
        {
            await Task.Run(() => store.ReturnLeases(leased), CancellationToken.None);
        }
    }

    private async Task<PushedImage> RunAsync(
        StoredImage image,
        ImageReference reference,
        byte[] bytes,
        byte[] config,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        Manifest manifest = Manifest.Parse(bytes);
        foreach (StoredLayer layer in image.Layers)
        {
            report(new TransferStep(layer.DiffId.Short, "Preparing"));
        }
        using var slots = new SemaphoreSlim(settings.ParallelLayers);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pushes = new Dictionary<Digest, Task<Descriptor>>();
        for (int i = 0; i < image.Layers.Count; i++)
        {
            Digest diffId = image.Layers[i].DiffId;
            if (!pushes.ContainsKey(diffId))
            {
                pushes[diffId] = PushLayerAsync(image, diffId, manifest.Layers[i], slots, failed, report);
            }
        }
        await ((Task)Task.WhenAll(pushes.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (pushes.Values.FirstOrDefault(push => push.IsFaulted) is { } broken)
        {
            await broken;
        }
        Descriptor[] layers = await Task.WhenAll(image.Layers.Select(layer => pushes[layer.DiffId]));
        await PushConfigAsync(image.Id, config, cancellationToken);
        ManifestDocument document = Document(bytes, manifest, layers);
        string tag = reference.Tag ?? ImageReference.DefaultTag;
        await upload.PutManifestAsync(tag, document, cancellationToken);
        store.AddDigest(image.Id, reference.WithDigest(document.Digest));
        report(new TransferStep("", $"{tag}: digest: {document.Digest} size: {document.Bytes.Length}"));
        return new PushedImage(tag, document.Digest, document.Bytes.Length);
    }

    /// <summary>The manifest as it came where its layers are what was pushed; else one that says what was.</summary>
    private static ManifestDocument Document(byte[] stored, Manifest manifest, Descriptor[] layers)
    {
        bool isSame = layers.Select(layer => layer.Digest).SequenceEqual(manifest.Layers.Select(layer => layer.Digest));
        byte[] bytes = isSame ? stored : (manifest with { Layers = layers }).ToUtf8Json();
        return ManifestDocument.From(bytes, manifest.MediaType ?? MediaType.OciManifest);
    }

    private async Task PushConfigAsync(Digest id, byte[] config, CancellationToken cancellationToken)
    {
        if (!await upload.HasBlobAsync(id, cancellationToken))
        {
            await upload.UploadAsync(id, config.Length, () => new MemoryStream(config), _ => { }, cancellationToken);
        }
    }

    private async Task<Descriptor> PushLayerAsync(
        StoredImage image,
        Digest diffId,
        Descriptor named,
        SemaphoreSlim slots,
        CancellationTokenSource failed,
        Action<TransferStep> report
    )
    {
        await slots.WaitAsync(failed.Token);
        try
        {
            return await PushLayerAsync(image, diffId, named, report, failed.Token);
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

    private async Task<Descriptor> PushLayerAsync(
        StoredImage image,
        Digest diffId,
        Descriptor named,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        if (MediaType.KindOf(named.MediaType) == MediaKind.ForeignLayer && named.Urls is { Count: > 0 })
        {
            report(new TransferStep(diffId.Short, "Skipped foreign layer"));
            return named;
        }
        // A layer of an image that never was in a registry is named by its tar, which nobody wants to send.
        bool isPlain = MediaType.CompressionOf(named.MediaType) == LayerCompression.None && named.Digest == diffId;
        IEnumerable<Descriptor> forms = isPlain ? Compressed(diffId) : [named];
        foreach (Descriptor form in forms)
        {
            if (await TryWithoutBytesAsync(image, diffId, form, report, cancellationToken))
            {
                return form;
            }
            if (store.Content.Contains(form.Digest))
            {
                await SendAsync(diffId, form, () => store.Content.Open(form.Digest), report, cancellationToken);
                return form;
            }
        }
        return await CompressAsync(image, diffId, named, report, cancellationToken);
    }

    /// <summary>The known compressed forms of a layer, those whose bytes are here first.</summary>
    private IEnumerable<Descriptor> Compressed(Digest diffId) =>
        store
            .Blobs.Of(diffId)
            .Where(blob => MediaType.CompressionOf(blob.MediaType) is LayerCompression.Gzip or LayerCompression.Zstd)
            .Select(blob => new Descriptor
            {
                MediaType = blob.MediaType,
                Digest = Digest.Parse(blob.Digest),
                Size = blob.Size,
            })
            .OrderByDescending(blob => store.Content.Contains(blob.Digest));

    private async Task<bool> TryWithoutBytesAsync(
        StoredImage image,
        Digest diffId,
        Descriptor form,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        if (await upload.HasBlobAsync(form.Digest, cancellationToken))
        {
            report(new TransferStep(diffId.Short, "Layer already exists"));
            Remember(diffId, form);
            return true;
        }
        foreach (string other in Elsewhere(image, diffId, form.Digest))
        {
            if (await upload.TryMountAsync(form.Digest, other, cancellationToken))
            {
                report(new TransferStep(diffId.Short, $"Mounted from {other}"));
                Remember(diffId, form);
                return true;
            }
        }
        return false;
    }

    /// <summary>Repositories of the same registry that are known to have a blob.</summary>
    private IEnumerable<string> Elsewhere(StoredImage image, Digest diffId, Digest blob)
    {
        string prefix = $"{domain}/";
        IEnumerable<string> known = store.Blobs.Of(diffId).Where(form => form.Digest == blob.ToString()).SelectMany(form => form.Sources);
        return known
            .Concat(image.Digests.Select(name => name.Name))
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..])
            .Where(path => path != repository.Path)
            .Distinct(StringComparer.Ordinal)
            .Take(3);
    }

    private async Task<Descriptor> CompressAsync(
        StoredImage image,
        Digest diffId,
        Descriptor named,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        using BlobWriter compressed = store.Content.Begin();
        await Task.Run(
            () =>
            {
                using Stream tar =
                    store.OpenTar(diffId)
                    ?? throw new RegistryException(
                        $"push the layer {diffId.Short}: its bytes are not here, and {repository.Connection.Host} does not have {named.Digest}"
                    );
                DeterministicGzip.Compress(tar, compressed, cancellationToken);
            },
            cancellationToken
        );
        bool isDocker = named.MediaType.Contains("docker", StringComparison.Ordinal);
        var form = new Descriptor
        {
            MediaType = isDocker ? MediaType.DockerLayerGzip : MediaType.OciLayerGzip,
            Digest = compressed.Digest,
            Size = compressed.Size,
        };
        store.Blobs.Add(diffId, form.Digest, form.Size, form.MediaType, source: null);
        if (!await TryWithoutBytesAsync(image, diffId, form, report, cancellationToken))
        {
            await SendAsync(diffId, form, compressed.OpenRead, report, cancellationToken);
        }
        return form;
    }

    private async Task SendAsync(
        Digest diffId,
        Descriptor form,
        Func<Stream> open,
        Action<TransferStep> report,
        CancellationToken cancellationToken
    )
    {
        await upload.UploadAsync(
            form.Digest,
            form.Size,
            open,
            sent => report(new TransferStep(diffId.Short, "Pushing", sent, form.Size)),
            cancellationToken
        );
        Remember(diffId, form);
        report(new TransferStep(diffId.Short, "Pushed"));
    }

    private void Remember(Digest diffId, Descriptor form)
    {
        // Only what was seen to be this layer: a manifest may claim anything.
        if (store.Blobs.Of(diffId).Any(known => known.Digest == form.Digest.ToString()))
        {
            store.Blobs.Add(diffId, form.Digest, form.Size, form.MediaType, $"{domain}/{repository.Path}");
        }
    }
}
