using Conex.Images.Catalog;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Images.Erofs;
using Conex.Images.Tar;
using Conex.Linux.Faults;
using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Fills a layer's directory.</summary>
/// <param name="layer">An empty directory; or, to add what is missing, one with the tar.</param>
/// <param name="isMounting">Whether the layer gets an index instead of an unpacked tree.</param>
/// <param name="expansion">How large the tar may become.</param>
internal sealed class LayerWriter(DirectoryHandle layer, bool isMounting, ExpansionLimit expansion)
{
    private const uint OwnerOnly = 0x180;
    private const uint TreeMode = 0x1ED;
    private const long LargeTar = 16 << 20;
    private static readonly Lock Indexing = new();

    /// <summary>Writes the tar, and then index or tree, and record.</summary>
    /// <inheritdoc cref="LayerStore.Unpack"/>
    internal StoredLayer Write(Stream tar, Digest? expected, CancellationToken cancellationToken)
    {
        if (expected is not { } diffId)
        {
            return WriteUnknown(tar, cancellationToken);
        }
        StoredLayer stored;
        using (Stream plain = Decompression.OpenAhead(tar, expansion))
        using (LayerTarFile file = CreateTar(cancellationToken))
        {
            plain.CopyTo(file);
            stored = new StoredLayer(file.Digest, file.Count, 0);
        }
        AfterTar();
        CheckDiffId(stored.DiffId, diffId);
        return ReadTar(stored, cancellationToken);
    }

    /// <summary>Makes a tar the layer's, and adds index or tree, and record.</summary>
    /// <inheritdoc cref="LayerStore.AdoptTar"/>
    internal StoredLayer Adopt(BlobWriter tar, CancellationToken cancellationToken)
    {
        if (tar.Size > expansion.Most)
        {
            throw expansion.TooLarge();
        }
        tar.MoveInto(layer, LayerFiles.Tar);
        CrashStep.At("layer.unpack.tar-adopted");
        return ReadTar(new StoredLayer(tar.Digest, tar.Size, 0), cancellationToken);
    }

    /// <summary>Writes the index of the tar that is there, durably, and records it.</summary>
    /// <exception cref="ErofsLimitException">No index can hold the layer.</exception>
    internal LayerRecord AddIndex(LayerRecord record)
    {
        using FileStream tar = OpenTar();
        using LayerTree tree = NewTree();
        LayerIndexer.ReadOfImage(new TarReader(tar), tree, out _);
        LayerRecord indexed = record with { Index = WriteIndex(tree.Root, Digest.Parse(record.DiffId), durable: true) };
        CrashStep.At("layer.index.written");
        LayerFiles.WriteRecord(layer, indexed, durable: true);
        return indexed;
    }

    /// <summary>Unpacks the tar that is there, durably.</summary>
    internal void AddTree(string name)
    {
        const string temporary = ".fs.tmp";
        DirectoryTree.Remove(layer, temporary);
        using (FileStream tar = OpenTar())
        {
            Extract(new TarReader(tar), default, temporary);
        }
        OpenFile.SyncFileSystem(layer, name);
        CrashStep.At("layer.tree.unpacked");
        PathAt.Rename(layer, temporary, layer, LayerFiles.Tree);
        FileIo.Sync(layer, name);
    }

    /// <exception cref="LayerException">The bytes are other ones.</exception>
    internal static void CheckDiffId(Digest actual, Digest expected)
    {
        if (actual != expected)
        {
            throw new LayerException($"the layer has the diff ID {actual}, but the image's configuration says {expected}");
        }
    }

    /// <summary>What a client sends without saying what it is: read as it comes, so that something else than a tar ends at once.</summary>
    private StoredLayer WriteUnknown(Stream tar, CancellationToken cancellationToken)
    {
        using Stream plain = Decompression.Open(tar, expansion);
        using LayerTarFile file = CreateTar(cancellationToken);
        var reader = new TarReader(new RecordingStream(plain, file), Limits);
        using LayerTree? tree = isMounting ? NewTree() : null;
        TarContent content = Read(reader, tree, cancellationToken);
        reader.Drain();
        AfterTar();
        return reader.HasEndMarker
            ? Complete(new StoredLayer(file.Digest, file.Count, content.Size), content, cancellationToken)
            : throw new TarException("the tar ends early: it was cut off, or is no tar at all");
    }

    /// <summary>Only the headers are read of a tar that becomes an index. One tree at a time is in memory, however many layers come at once.</summary>
    private StoredLayer ReadTar(StoredLayer stored, CancellationToken cancellationToken)
    {
        if (!isMounting)
        {
            return ReadAndComplete(stored, cancellationToken);
        }
        lock (Indexing)
        {
            return ReadAndComplete(stored, cancellationToken);
        }
    }

    private StoredLayer ReadAndComplete(StoredLayer stored, CancellationToken cancellationToken)
    {
        using FileStream tar = OpenTar();
        using LayerTree? tree = isMounting ? NewTree() : null;
        TarContent content = Read(new TarReader(tar, Limits), tree, cancellationToken);
        return Complete(stored with { ContentSize = content.Size }, content, cancellationToken);
    }

    private static void AfterTar() => CrashStep.At("layer.unpack.tar-written");

    private TarLimits Limits => TarLimits.Default with { ArchiveSize = expansion.Most };

    private LayerTarFile CreateTar(CancellationToken cancellationToken) =>
        new(
            PathAt.Open(layer, LayerFiles.Tar, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, OwnerOnly),
            LayerFiles.Tar,
            cancellationToken
        );

    private LayerTree NewTree() => new(new UnpackRules(Privileged: true), layer);

    /// <param name="tree">Gets what the tar holds; null to unpack it.</param>
    private TarContent Read(TarReader reader, LayerTree? tree, CancellationToken cancellationToken)
    {
        if (tree is null)
        {
            (long unpacked, bool hasLinks, bool hasMadeParents) = Extract(reader, cancellationToken);
            return new TarContent(null, unpacked, [], hasLinks, hasMadeParents);
        }
        long size = LayerIndexer.ReadOfImage(reader, tree, out IReadOnlyList<LowerLink> links, cancellationToken);
        return new TarContent(tree.Root, size, links, HasUnknownLinks: false, tree.HasMadeParents);
    }

    private StoredLayer Complete(StoredLayer stored, TarContent content, CancellationToken cancellationToken)
    {
        LayerIndexRecord? index = content.Root is { } root ? WriteIndexOrTree(root, stored.DiffId, cancellationToken) : null;
        CrashStep.At("layer.unpack.index-written");
        IReadOnlyList<LowerLink> links = content.Links;
        if (content.HasUnknownLinks)
        {
            // Which of them hold at the end, and where they lead, a tree tells.
            using FileStream again = OpenTar();
            using LayerTree tree = NewTree();
            LayerIndexer.ReadOfImage(new TarReader(again), tree, out links, cancellationToken);
        }
        LayerFiles.WriteRecord(
            layer,
            LayerRecord.From(stored) with
            {
                Index = index,
                Links = links.Count > 0 ? [.. links] : null,
                HasMadeParents = content.HasMadeParents,
            }
        );
        return stored;
    }

    private LayerIndexRecord? WriteIndexOrTree(ErofsNode root, Digest diffId, CancellationToken cancellationToken)
    {
        try
        {
            return WriteIndex(root, diffId);
        }
        catch (ErofsLimitException)
        {
            using FileStream tar = OpenTar();
            Extract(new TarReader(tar), cancellationToken);
            return null;
        }
    }

    private LayerIndexRecord WriteIndex(ErofsNode root, Digest diffId, bool durable = false)
    {
        const string temporary = ".layer.erofs.tmp";
        PathAt.Unlink(layer, temporary);
        FileHandle file = PathAt.Open(layer, temporary, OpenMode.ReadWrite | OpenMode.Create | OpenMode.Exclusive, OwnerOnly);
        using FileStream index = LayerFiles.Stream(file, FileAccess.ReadWrite);
        try
        {
            using FileStream tar = OpenTar();
            LayerIndex.Write(root, diffId, tar, index);
            index.Flush(flushToDisk: durable);
        }
        catch (ErofsLimitException)
        {
            PathAt.Unlink(layer, temporary);
            throw;
        }
        PathAt.Rename(layer, temporary, layer, LayerFiles.Index);
        return new LayerIndexRecord { Version = LayerIndex.FormatVersion, Checksum = LayerIndex.Checksum(index) };
    }

    private FileStream OpenTar() => LayerFiles.Stream(PathAt.Open(layer, LayerFiles.Tar, OpenMode.Read), FileAccess.Read);

    private (long Size, bool HasLeftLinks, bool HasMadeParents) Extract(
        TarReader reader,
        CancellationToken cancellationToken,
        string name = LayerFiles.Tree
    )
    {
        PathAt.MakeDirectory(layer, name, TreeMode);
        using DirectoryHandle root = PathAt.OpenDirectory(layer, name);
        // A set-group-ID bit of the data directory would come down to here and give every file its group.
        UnpackError.Check(OpenFile.SetMode(root, TreeMode), "set the mode of", default);
        return LayerExtractor.Extract(reader, root, UnpackRules.Current, leavesLinks: true, cancellationToken);
    }

    /// <summary>What a tar holds.</summary>
    /// <param name="Root">The tree for an index; null where the tar was unpacked.</param>
    /// <param name="Size">Bytes of its files.</param>
    /// <param name="Links">Hard links to files of lower layers.</param>
    /// <param name="HasUnknownLinks">Whether there are such links that were not looked at.</param>
    /// <param name="HasMadeParents"><see cref="LayerRoot.HasMadeParents"/>.</param>
    private sealed record TarContent(ErofsNode? Root, long Size, IReadOnlyList<LowerLink> Links, bool HasUnknownLinks, bool HasMadeParents);
}
