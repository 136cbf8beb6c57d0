using Conex.Images.Archives;
using Conex.Images.Catalog;
using Conex.Oci;

namespace Conex.Images.Checks;

/// <summary>Looks through the store, and puts right what can be. Pulls, removals and containers go on meanwhile: layers are held by leases while
/// they are read, and what looks wrong is looked at again while no image comes or goes.</summary>
public static class StoreCheck
{
    /// <param name="users">The containers made from an image ID. Called while the store is locked: it must not call the store.</param>
    /// <exception cref="Linux.Errors.KernelException">The store's directories cannot be read.</exception>
    public static Task<StoreReport> RunAsync(
        ImageStore store,
        CheckOptions options,
        Func<Digest, IReadOnlyList<ImageUser>> users,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(users);
        return BlockingWork.RunAsync(() => Run(store, options, users, cancellationToken));
    }

    private static StoreReport Run(
        ImageStore store,
        CheckOptions options,
        Func<Digest, IReadOnlyList<ImageUser>> users,
        CancellationToken cancellationToken
    )
    {
        var findings = new List<StoreFinding>();
        Leftovers.Check(store, options, findings);
        RecordCheck.Run(store, options, users, findings);
        RemoveOrphans(store, options, findings);
        Digest[] held = Hold(store);
        try
        {
            var layers = new LayerCheck(store, options, layer => RunningOn(store, users, layer), findings);
            var blobs = new BlobCheck(store, options, findings);
            foreach (Digest layer in held.Where(store.Layers.Contains))
            {
                layers.Check(layer, cancellationToken);
            }
            blobs.CheckOrphans();
            foreach (Digest blob in store.Content.List())
            {
                blobs.Check(blob, cancellationToken);
            }
            int images = new ImageCheck(store, options, users, findings).Run(layers.Damaged, blobs.Damaged);
            return new StoreReport(blobs.Sound, layers.Sound, images, findings);
        }
        finally
        {
            store.ReturnLeases(held);
        }
    }

    private static string? RunningOn(ImageStore store, Func<Digest, IReadOnlyList<ImageUser>> users, Digest layer) =>
        store.Exclusively(
            (catalog, _) =>
                catalog
                    .Records.Where(record => UnusedContent.Needs(record).Contains(layer))
                    .SelectMany(record => users(Digest.Parse(record.Id)))
                    .FirstOrDefault(user => user.IsRunning)
                    ?.ContainerId
        );

    private static void RemoveOrphans(ImageStore store, CheckOptions options, List<StoreFinding> findings)
    {
        IReadOnlyList<Digest> orphans = store.Exclusively(
            (_, unused) =>
            {
                IReadOnlyList<Digest> found = unused.Layers(store.Layers.List().Union(store.Blobs.List()));
                if (options.Repair)
                {
                    unused.RemoveLayers(found);
                }
                return found;
            }
        );
        string help = options.Repair ? "it is removed" : "\"conex system check --repair\" removes it";
        findings.AddRange(orphans.Select(layer => new StoreFinding($"layer {layer} belongs to no image", help, options.Repair)));
    }

    /// <summary>Takes leases of all layers that anybody has.</summary>
    private static Digest[] Hold(ImageStore store) =>
        store.Exclusively(
            (catalog, unused) =>
            {
                IReadOnlyList<Digest> there = store.Layers.List();
                Digest[] held = [.. there.Except(unused.Layers(there)).Union(catalog.Records.SelectMany(UnusedContent.Needs))];
                Array.ForEach(held, store.TakeLease);
                return held;
            }
        );
}
