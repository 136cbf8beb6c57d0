using Conex.Images.Content;
using Conex.Linux.Errors;
using Conex.Oci;

namespace Conex.Images.Checks;

/// <summary>Manifests, configurations and compressed layers: each must be what its name says, and belong to something.</summary>
internal sealed class BlobCheck(ImageStore store, CheckOptions options, List<StoreFinding> findings)
{
    /// <summary>Blobs whose content is another one.</summary>
    internal HashSet<Digest> Damaged { get; } = [];

    internal int Sound { get; private set; }

    /// <summary>Blobs that no image and no layer names. Which are on their way is known as long as nothing changes.</summary>
    internal void CheckOrphans()
    {
        IReadOnlyList<Digest> orphans = store.Exclusively(
            (_, unused) =>
                store.Blobs.Exclusively(() =>
                {
                    IReadOnlyList<Digest> found = unused.Blobs(store.Content.List());
                    if (options.Repair)
                    {
                        unused.DeleteBlobs(found);
                    }
                    return found;
                })
        );
        foreach (Digest blob in orphans)
        {
            string help = options.Repair ? "it is removed" : "\"conex system check --repair\" removes it";
            findings.Add(new StoreFinding($"blob {blob} belongs to no image", help, options.Repair));
        }
    }

    internal void Check(Digest blob, CancellationToken cancellationToken)
    {
        string? problem;
        try
        {
            problem = Problem(blob, cancellationToken);
        }
        catch (BlobException)
        {
            // Removed a moment ago.
            return;
        }
        catch (Exception e) when (e is IOException or KernelException)
        {
            problem = $"it cannot be read: {e.Message}";
        }
        if (problem is null)
        {
            Sound++;
            return;
        }
        Damaged.Add(blob);
        // An image's own documents are that image's matter.
        if (!store.Blobs.Uses(blob.ToString()))
        {
            return;
        }
        if (options.Repair)
        {
            store.Blobs.Drop(blob);
        }
        string help = options.Repair
            ? "it is removed, and a push makes it again from the layer"
            : "\"conex system check --repair\" removes it: only pushes use it, and make it again from the layer";
        findings.Add(new StoreFinding($"blob {blob}, a compressed layer: {problem}", help, options.Repair));
    }

    private string? Problem(Digest blob, CancellationToken cancellationToken)
    {
        using Stream content = store.Content.Open(blob);
        if (store.Blobs.SizeOf(blob) is { } size && content.Length != size)
        {
            return $"it has {content.Length} bytes instead of {size}";
        }
        Digest actual = options.Quick ? blob : ContentDigest.Of(content, cancellationToken);
        return actual == blob ? null : $"its content has the digest {actual}";
    }
}
