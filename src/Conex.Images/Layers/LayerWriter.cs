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

    /// <summary>Writes tar, index or tree, and record, in one pass over the stream.</summary>
    /// <inheritdoc cref="LayerStore.Unpack"/>
    internal StoredLayer Write(Stream tar, Digest? expected, CancellationToken cancellationToken)
    {
        using Stream plain = Decompression.Open(tar, expansion);
        using var hashing = new HashingStream(plain);
        using FileHandle file = PathAt.Open(layer, LayerFiles.Tar, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, OwnerOnly);
        using var recording = new RecordingStream(hashing, file, LayerFiles.Tar);
        var reader = new TarReader(recording, TarLimits.Default with { ArchiveSize = expansion.Most });
        ErofsNode? root = null;
        long contentSize;
        bool hasLinks = false;
        IReadOnlyList<LowerLink> links = [];
        if (isMounting)
        {
            (root, contentSize, links) = LayerIndexer.ReadOfImage(reader, cancellationToken);
        }
        else
        {
            contentSize = Extract(reader, out hasLinks, cancellationToken);
        }
        reader.Drain();
        CrashStep.At("layer.unpack.tar-written");
        if (expected is { } diffId)
        {
            CheckDiffId(hashing.Digest, diffId);
        }
        else if (!reader.HasEndMarker)
        {
            throw new TarException("the tar ends early: it was cut off, or is no tar at all");
        }
        var stored = new StoredLayer(hashing.Digest, hashing.Count, contentSize);
        LayerIndexRecord? index = root is null ? null : WriteIndexOrTree(root, stored.DiffId, cancellationToken);
        CrashStep.At("layer.unpack.index-written");
        if (hasLinks)
        {
            // Which of them hold at the end, and where they lead, the tree in memory knows.
            using FileStream again = OpenTar();
            links = LayerIndexer.ReadOfImage(new TarReader(again), cancellationToken).Links;
        }
        LayerFiles.WriteRecord(layer, LayerRecord.From(stored) with { Index = index, Links = links.Count > 0 ? [.. links] : null });
        return stored;
    }

    /// <summary>Writes the index of the tar that is there, durably, and records it.</summary>
    /// <exception cref="ErofsLimitException">No index can hold the layer.</exception>
    internal LayerRecord AddIndex(LayerRecord record)
    {
        using FileStream tar = OpenTar();
        (ErofsNode root, _, _) = LayerIndexer.ReadOfImage(new TarReader(tar));
        LayerRecord indexed = record with { Index = WriteIndex(root, Digest.Parse(record.DiffId)) };
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
            Extract(new TarReader(tar), out _, default, temporary);
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

    private LayerIndexRecord? WriteIndexOrTree(ErofsNode root, Digest diffId, CancellationToken cancellationToken)
    {
        try
        {
            return WriteIndex(root, diffId);
        }
        catch (ErofsLimitException)
        {
            using FileStream tar = OpenTar();
            Extract(new TarReader(tar), out _, cancellationToken);
            return null;
        }
    }

    private LayerIndexRecord WriteIndex(ErofsNode root, Digest diffId)
    {
        const string temporary = ".layer.erofs.tmp";
        PathAt.Unlink(layer, temporary);
        FileHandle file = PathAt.Open(layer, temporary, OpenMode.ReadWrite | OpenMode.Create | OpenMode.Exclusive, OwnerOnly);
        using FileStream index = LayerFiles.Stream(file, FileAccess.ReadWrite);
        try
        {
            using FileStream tar = OpenTar();
            LayerIndex.Write(root, diffId, tar, index);
            index.Flush(flushToDisk: true);
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

    private long Extract(TarReader reader, out bool hasLinks, CancellationToken cancellationToken, string name = LayerFiles.Tree)
    {
        PathAt.MakeDirectory(layer, name, TreeMode);
        using DirectoryHandle root = PathAt.OpenDirectory(layer, name);
        // A set-group-ID bit of the data directory would come down to here and give every file its group.
        UnpackError.Check(OpenFile.SetMode(root, TreeMode), "set the mode of", default);
        return LayerExtractor.Extract(reader, root, UnpackRules.Current, leavesLinks: true, out hasLinks, cancellationToken);
    }
}
