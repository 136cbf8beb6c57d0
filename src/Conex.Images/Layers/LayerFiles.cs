using System.Text.Json;
using Conex.Images.Catalog;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace Conex.Images.Layers;

/// <summary>The files of one layer's directory.</summary>
internal static class LayerFiles
{
    internal const string Tar = "layer.tar";
    internal const string Index = "layer.erofs";
    internal const string Tree = "fs";
    internal const string Record = "layer.json";

    // With as many hard links to lower layers as LowerLinks allows.
    private const int RecordLimit = 4 << 20;

    /// <summary>The record in the store's directory, or in that of the layer; null when there is none.</summary>
    /// <exception cref="JsonException">It cannot be understood.</exception>
    internal static LayerRecord? TryReadRecord(DirectoryHandle store, string layer) => TryRead(store, $"{layer}/{Record}");

    /// <inheritdoc cref="TryReadRecord(DirectoryHandle, string)"/>
    internal static LayerRecord? TryReadRecord(DirectoryHandle layer) => TryRead(layer, Record);

    private static LayerRecord? TryRead(DirectoryHandle store, string record)
    {
        using FileHandle? file = PathAt.TryOpen(store, record, OpenMode.Read, out Errno error);
        if (file is null)
        {
            return error == Errno.ENOENT ? null : throw new KernelException("open", record, error);
        }
        return JsonSerializer.Deserialize(FileIo.ReadToEnd(file, record, RecordLimit), CatalogJson.Default.LayerRecord);
    }

    internal static void WriteRecord(DirectoryHandle layer, LayerRecord record, bool durable = false) =>
        AtomicFile.Write(layer, Record, JsonSerializer.SerializeToUtf8Bytes(record, CatalogJson.Default.LayerRecord), durable);

    /// <summary>A stream over a file, which it takes over.</summary>
    internal static FileStream Stream(FileHandle file, FileAccess access)
    {
        var owned = new SafeFileHandle(file.Descriptor, ownsHandle: true);
        file.SetHandleAsInvalid();
        return new FileStream(owned, access, bufferSize: 0);
    }
}
