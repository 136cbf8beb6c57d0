using System.Buffers.Binary;
using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>The content of a directory: its names in the order of their bytes, "." and ".." among them, packed into blocks that each
/// begin with fixed entries and end with the names. The kernel searches blocks and entries by halves.</summary>
internal static class DirectoryContent
{
    private static readonly byte[] Own = [.. "."u8];
    private static readonly byte[] Above = [.. ".."u8];

    /// <summary>Bytes; the last block counts only as far as it is used.</summary>
    internal static long SizeOf(ErofsNode directory)
    {
        long blocks = 0;
        int used = 0;
        foreach ((byte[] name, _) in Names(directory))
        {
            int size = ErofsFormat.DirectoryEntrySize + name.Length;
            if (used + size > ErofsFormat.BlockSize)
            {
                blocks++;
                used = 0;
            }
            used += size;
        }
        return (blocks * ErofsFormat.BlockSize) + used;
    }

    /// <summary>The blocks one after the other, of a directory that may have a million names; the last only as far as it is used.</summary>
    internal static IEnumerable<byte[]> Encode(ErofsNode directory)
    {
        List<(byte[] Name, ErofsNode Node)> block = [];
        int used = 0;
        foreach ((byte[] name, ErofsNode node) in Names(directory))
        {
            int size = ErofsFormat.DirectoryEntrySize + name.Length;
            if (used + size > ErofsFormat.BlockSize)
            {
                yield return Encode(block, new byte[ErofsFormat.BlockSize]);
                block.Clear();
                used = 0;
            }
            used += size;
            block.Add((name, node));
        }
        yield return Encode(block, new byte[used]);
    }

    private static IEnumerable<(byte[] Name, ErofsNode Node)> Names(ErofsNode directory)
    {
        Queue<(byte[] Name, ErofsNode Node)> dots = new([(Own, directory), (Above, directory.Parent)]);
        foreach ((byte[] name, ErofsNode node) in directory.Children)
        {
            while (dots.TryPeek(out (byte[] Name, ErofsNode Node) dot) && dot.Name.AsSpan().SequenceCompareTo(name) < 0)
            {
                yield return dots.Dequeue();
            }
            yield return (name, node);
        }
        foreach ((byte[] Name, ErofsNode Node) dot in dots)
        {
            yield return dot;
        }
    }

    private static byte[] Encode(List<(byte[] Name, ErofsNode Node)> entries, byte[] block)
    {
        int nameAt = entries.Count * ErofsFormat.DirectoryEntrySize;
        for (int i = 0; i < entries.Count; i++)
        {
            (byte[] name, ErofsNode node) = entries[i];
            Span<byte> entry = block.AsSpan(i * ErofsFormat.DirectoryEntrySize, ErofsFormat.DirectoryEntrySize);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, node.Plan.Number);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)nameAt);
            entry[10] = Type(node.Kind);
            name.CopyTo(block, nameAt);
            nameAt += name.Length;
        }
        return block;
    }

    // The kernel's FT_* numbers.
    private static byte Type(FileKind kind) =>
        kind switch
        {
            FileKind.Regular => 1,
            FileKind.Directory => 2,
            FileKind.CharacterDevice => 3,
            FileKind.BlockDevice => 4,
            FileKind.Fifo => 5,
            FileKind.Socket => 6,
            FileKind.SymbolicLink => 7,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}
