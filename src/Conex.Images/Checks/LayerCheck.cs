using System.Text.Json;
using Conex.Images.Catalog;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Erofs;
using Conex.Images.Layers;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Checks;

/// <summary>Layers: the tar must be what its name says, and the index what its record says. An index is made again from the tar; a damaged layer from
/// the tar or a compressed form of it, whichever still is what it should be; an unpacked tree with its layer, unless a container runs on it.</summary>
/// <param name="runningOn">The container that runs on a layer; null when none does.</param>
internal sealed class LayerCheck(ImageStore store, CheckOptions options, Func<Digest, string?> runningOn, List<StoreFinding> findings)
{
    private const string RepairHelps = "\"conex system check --repair\" writes it again";
    private static readonly string[] Known = [LayerFiles.Tar, LayerFiles.Index, LayerFiles.Tree, LayerFiles.Record];

    /// <summary>Layers that are not what they should be.</summary>
    internal HashSet<Digest> Damaged { get; } = [];

    internal int Sound { get; private set; }

    /// <param name="layer">One that is leased.</param>
    internal void Check(Digest layer, CancellationToken cancellationToken)
    {
        CheckStrangers(layer);
        (string? problem, bool tarIsRight) = Problem(layer, cancellationToken);
        if (problem is not null)
        {
            string? container = RunningInTree(layer);
            bool isWhole = options.Repair && container is null && Rewrite(layer, tarIsRight, cancellationToken);
            string? refusal = isWhole || !tarIsRight ? null : Refusal(layer, cancellationToken);
            string help =
                isWhole ? "it is written again"
                : refusal is not null ? Stays(refusal)
                : container is not null ? StopFirst(container, "writes it again if it can")
                : options.Repair ? "nothing here has its content: remove its images, and pull or load them again"
                : "\"conex system check --repair\" writes it again if it can";
            findings.Add(new StoreFinding($"layer {layer}: {problem}", help, isWhole));
            if (!isWhole)
            {
                if (refusal is null)
                {
                    Damaged.Add(layer);
                }
                return;
            }
        }
        else
        {
            CheckIndex(layer, cancellationToken);
            if (!options.Quick && !IsTreeRight(layer, cancellationToken))
            {
                return;
            }
        }
        Sound++;
    }

    private (string? Problem, bool TarIsRight) Problem(Digest layer, CancellationToken cancellationToken)
    {
        LayerRecord? record = null;
        string? problem = null;
        try
        {
            record = store.Layers.Exclusively(layer, LayerFiles.TryReadRecord);
            problem =
                record is null ? "its record is missing"
                : record.DiffId != layer.ToString() ? $"its record is that of {record.DiffId}"
                : null;
        }
        catch (JsonException)
        {
            problem = "its record cannot be read";
        }
        try
        {
            using Stream? tar = store.Layers.OpenTar(layer);
            if (tar is null)
            {
                bool hasTree = store.Layers.Exclusively(layer, LayerMounts.HasTree);
                return (problem ?? (hasTree ? null : "its tar is missing"), false);
            }
            if (record is not null && problem is null && tar.Length != record.TarSize)
            {
                return ($"its tar has {tar.Length} bytes instead of {record.TarSize}", false);
            }
            if (options.Quick && problem is null)
            {
                return (null, true);
            }
            Digest actual = ContentDigest.Of(tar, cancellationToken);
            return actual == layer ? (problem, true) : ($"its tar has the digest {actual}", false);
        }
        catch (Exception e) when (e is IOException or KernelException)
        {
            return ($"its tar cannot be read: {e.Message}", false);
        }
    }

    /// <summary>Takes the layer in once more, from the first source that has it.</summary>
    private bool Rewrite(Digest layer, bool tarIsRight, CancellationToken cancellationToken)
    {
        IEnumerable<Func<Stream?>> sources =
        [
            () => tarIsRight ? store.Layers.OpenTar(layer) : null,
            .. store
                .Blobs.Of(layer)
                .Select(blob => Digest.Parse(blob.Digest))
                .Select(digest => (Func<Stream?>)(() => store.Content.Contains(digest) ? store.Content.Open(digest) : null)),
        ];
        foreach (Func<Stream?> open in sources)
        {
            try
            {
                using Stream? source = open();
                if (source is null)
                {
                    continue;
                }
                using PendingLayer pending = store.Layers.Unpack(source, layer, cancellationToken);
                store.Layers.Replace(pending);
                return true;
            }
            catch (Exception e) when (e is TarException or CompressionException or LayerException or BlobException or IOException)
            {
                // That one is damaged too.
            }
        }
        return false;
    }

    /// <summary>Why this version takes in no such tar, in the words of its reader; null when it does.</summary>
    private string? Refusal(Digest layer, CancellationToken cancellationToken)
    {
        try
        {
            using Stream tar = store.Layers.OpenTar(layer)!;
            using LayerTree tree = store.Layers.NewTree();
            LayerIndexer.ReadOfImage(new TarReader(tar), tree, out _, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is TarException or LayerException)
        {
            return e.Message;
        }
    }

    private void CheckIndex(Digest layer, CancellationToken cancellationToken)
    {
        bool isWrong = store.Layers.Exclusively(
            layer,
            directory =>
                LayerFiles.TryReadRecord(directory) is { Index: not null } record
                && (options.Quick ? !LayerMounts.HasIndex(directory, record) : !LayerMounts.IsIntact(directory, record))
        );
        if (!isWrong)
        {
            return;
        }
        string? refusal = Refusal(layer, cancellationToken);
        bool isRepaired = options.Repair && refusal is null;
        if (isRepaired)
        {
            store.Layers.Exclusively(layer, Reindex);
            store.Layers.ForgetMount(layer);
        }
        string help =
            refusal is not null ? Stays(refusal)
            : isRepaired ? "it is written again from the tar"
            : $"{RepairHelps}, and so does the next start of a container";
        findings.Add(new StoreFinding($"layer {layer}: its index is missing, damaged, or of another format", help, isRepaired));
    }

    private bool Reindex(DirectoryHandle directory)
    {
        LayerRecord record = LayerFiles.TryReadRecord(directory)!;
        try
        {
            new LayerWriter(directory, isMounting: true, store.Layers.Expansion).AddIndex(record);
        }
        catch (ErofsLimitException)
        {
            // It will be unpacked where it is needed.
            LayerFiles.WriteRecord(directory, record with { Index = null }, durable: true);
        }
        return true;
    }

    /// <summary>Compares the unpacked tree, if there is one and the tar, with the tar, which is known to be right.</summary>
    /// <returns>Whether it is right, perhaps now.</returns>
    private bool IsTreeRight(Digest layer, CancellationToken cancellationToken)
    {
        string? difference;
        try
        {
            difference = DifferenceOfTree(layer, cancellationToken);
        }
        catch (Exception e) when (e is TarException or LayerException)
        {
            findings.Add(new StoreFinding($"layer {layer} cannot be compared with its tar", Stays(e.Message), IsRepaired: false));
            return false;
        }
        if (difference is null)
        {
            return true;
        }
        string? container = RunningInTree(layer);
        bool isRepaired = options.Repair && container is null && Rewrite(layer, tarIsRight: true, cancellationToken);
        string help =
            isRepaired ? "it is unpacked again"
            : container is not null ? StopFirst(container, "unpacks it again")
            : options.Repair ? "it cannot be unpacked again here: remove its images, and pull or load them again"
            : "\"conex system check --repair\" unpacks it again";
        findings.Add(new StoreFinding($"layer {layer} is not unpacked as its tar says: {difference}", help, isRepaired));
        return isRepaired;
    }

    /// <summary>The container that would lose its files if the unpacked tree were replaced; what is mounted stays mounted.</summary>
    private string? RunningInTree(Digest layer) => store.Layers.Exclusively(layer, LayerMounts.HasTree) ? runningOn(layer) : null;

    private static string StopFirst(string container, string effect) =>
        $"container {container[..Math.Min(12, container.Length)]} runs on it: stop it, and \"conex system check --repair\" {effect}";

    private static string Stays(string refusal) =>
        $"this version refuses its tar ({refusal}), so it stays as it is; to be rid of it remove its images, and load or pull others";

    /// <exception cref="TarException">This version refuses the tar.</exception>
    /// <exception cref="LayerException">The same.</exception>
    private string? DifferenceOfTree(Digest layer, CancellationToken cancellationToken)
    {
        using DirectoryHandle? tree = store.Layers.Exclusively(
            layer,
            directory => LayerMounts.HasTree(directory) ? PathAt.OpenDirectory(directory, LayerFiles.Tree) : null
        );
        using Stream? tar = tree is null ? null : store.Layers.OpenTar(layer);
        if (tar is null)
        {
            return null;
        }
        try
        {
            using LayerTree expected = store.Layers.NewTree();
            LayerIndexer.ReadOfImage(new TarReader(tar), expected, out _, cancellationToken);
            return new TreeComparison(tar, tree!, expected, cancellationToken).Find();
        }
        catch (Exception e) when (e is IOException or KernelException)
        {
            return $"it cannot be read: {e.Message}";
        }
    }

    private void CheckStrangers(Digest layer)
    {
        IReadOnlyList<string> strangers = store.Layers.Exclusively(
            layer,
            directory =>
            {
                string[] found = [.. DirectoryEntries.Read(directory).Select(entry => entry.Text).Where(name => !Known.Contains(name))];
                foreach (string name in options.Repair ? found : [])
                {
                    DirectoryTree.Remove(directory, name);
                }
                return found;
            }
        );
        foreach (string name in strangers)
        {
            string help = options.Repair ? "it is removed" : "\"conex system check --repair\" removes it";
            findings.Add(new StoreFinding($"layer {layer} has a file {name}, which an interrupted engine left", help, options.Repair));
        }
    }
}
