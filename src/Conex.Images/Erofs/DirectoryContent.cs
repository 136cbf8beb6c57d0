using System.Buffers.Binary;
using Conex.Linux.Files;

namespace Conex.Images.Erofs;

/// <summary>The content of a directory: its names in the order of their bytes, "." and ".." among them, packed into blocks that each
/// begin with fixed entries and end with the names. The kernel searches blocks and entries by halves.</summary>
internal sealed class DirectoryContent
{
    private readonly List<(byte[] Name, ErofsNode Node)> entries;
    private readonly List<int> blocks = [];

    internal DirectoryContent(ErofsNode directory)
    {
        entries = new(directory.Children!.Count + 2) { ("."u8.ToArray(), directory), (".."u8.ToArray(), directory.Parent ?? directory) };
        foreach ((byte[] name, ErofsNode child) in directory.Children)
        {
            entries.Add((name, child));
        }
        entries.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        int used = 0;
        int count = 0;
        foreach ((byte[] name, _) in entries)
        {
            int size = ErofsFormat.DirectoryEntrySize + name.Length;
            if (used + size > ErofsFormat.BlockSize)
            {
                blocks.Add(count);
                used = count = 0;
            }
            used += size;
            count++;
        }
        blocks.Add(count);
        Size = ((long)(blocks.Count - 1) * ErofsFormat.BlockSize) + used;
    }

    /// <summary>Bytes; the last block counts only as far as it is used.</summary>
    internal long Size { get; }

    /// <summary>The blocks one after the other, of a directory that may have a million names; the last only as far as it is used.</summary>
    /// <param name="number">The inode number of each node.</param>
    internal IEnumerable<byte[]> Encode(Func<ErofsNode, ulong> number)
    {
        int next = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            int used = i < blocks.Count - 1 ? ErofsFormat.BlockSize : (int)(Size - ((long)i * ErofsFormat.BlockSize));
            yield return Encode(entries.Slice(next, blocks[i]), new byte[used], number);
            next += blocks[i];
        }
    }

    private static byte[] Encode(List<(byte[] Name, ErofsNode Node)> entries, byte[] block, Func<ErofsNode, ulong> number)
    {
        int nameAt = entries.Count * ErofsFormat.DirectoryEntrySize;
        for (int i = 0; i < entries.Count; i++)
        {
            (byte[] name, ErofsNode node) = entries[i];
            Span<byte> entry = block.AsSpan(i * ErofsFormat.DirectoryEntrySize, ErofsFormat.DirectoryEntrySize);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, number(node));
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
