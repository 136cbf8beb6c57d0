using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Conex.Images.Erofs;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>The index of a layer: an EROFS image of its tree whose files point into the layer's tar, so that both together can be mounted.</summary>
internal static class LayerIndex
{
    /// <summary>Counts what this writer writes: an index of another version is written anew.</summary>
    internal const int FormatVersion = 2;

    private const int PieceSize = 128 << 10;

    /// <summary>Writes the index of a tree.</summary>
    /// <param name="tar">The layer, seekable.</param>
    /// <exception cref="ErofsLimitException">No index can hold the tree.</exception>
    internal static void Write(ErofsNode root, Digest diffId, Stream tar, Stream output) => ErofsImage.Write(root, tar, diffId.Hex, output);

    /// <summary>Writes the index of a tar.</summary>
    /// <inheritdoc cref="Write(ErofsNode, Digest, Stream, Stream)"/>
    internal static void Write(Stream tar, Digest diffId, Stream output)
    {
        tar.Position = 0;
        using var tree = new LayerTree(new UnpackRules(Privileged: true), scratch: null);
        LayerIndexer.Read(new TarReader(tar), tree);
        Write(tree.Root, diffId, tar, output);
    }

    /// <summary>What tells whether an index is damaged: its length, and the CRC-32C of its even and of its odd words, which a processor computes about
    /// as fast as it reads. It is looked at before each first mount of a layer.</summary>
    internal static string Checksum(Stream index)
    {
        index.Position = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceSize);
        (uint even, uint odd) = (uint.MaxValue, uint.MaxValue);
        int n;
        do
        {
            n = index.ReadAtLeast(buffer.AsSpan(0, PieceSize), PieceSize, throwOnEndOfStream: false);
            int whole = (n + 15) & ~15;
            buffer.AsSpan(n, whole - n).Clear();
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan(0, whole));
            for (int i = 0; i < words.Length; i += 2)
            {
                even = BitOperations.Crc32C(even, words[i]);
                odd = BitOperations.Crc32C(odd, words[i + 1]);
            }
        } while (n == PieceSize);
        ArrayPool<byte>.Shared.Return(buffer);
        return string.Create(CultureInfo.InvariantCulture, $"{index.Position:x}-{even:x8}{odd:x8}");
    }

    /// <summary>Mounts a layer where nobody sees it.</summary>
    /// <returns>Null and the reason when the kernel refuses.</returns>
    internal static MountHandle? TryMount(FileHandle index, FileHandle tar, out Errno error) =>
        // fsconfig(2) takes 255 bytes: a path by descriptor is short, and leads to the same file when the directory is renamed.
        TryMount($"/proc/self/fd/{index.Descriptor}", $"/proc/self/fd/{tar.Descriptor}", out error);

    /// <summary>The same by two loop devices, which go with the mount.</summary>
    internal static MountHandle? TryMountLooped(FileHandle index, FileHandle tar, out Errno error)
    {
        using LoopDevice? indexDevice = LoopDevice.TryMake(index, out error);
        using LoopDevice? tarDevice = indexDevice is null ? null : LoopDevice.TryMake(tar, out error);
        return tarDevice is null ? null : TryMount(indexDevice!.Path, tarDevice.Path, out error);
    }

    private static MountHandle? TryMount(string index, string tar, out Errno error) =>
        DetachedMount.TryMake(
            "erofs",
            [new FileSystemOption("source", index), new FileSystemOption("device", tar), new FileSystemOption("ro")],
            MountAttributes.ReadOnly,
            out error
        );
}
