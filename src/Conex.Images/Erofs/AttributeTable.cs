using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Conex.Images.Layers;
using Conex.Images.Tar;

namespace Conex.Images.Erofs;

/// <summary>Extended attributes in the format of the image. What several inodes have is stored once, in the shared area, as long as there are not so many
/// different ones that finding it would take much memory.</summary>
internal sealed class AttributeTable
{
    private const int EntryHeaderSize = 4;
    private const int MostShared = byte.MaxValue;
    private const int MostCounted = 1 << 20;
    private const int CountingCost = 128;

    // The kernel's indexes of name prefixes (EROFS_XATTR_INDEX_*). A prefix without a dot at its end is the whole name.
    private static readonly (string Prefix, byte Index)[] Prefixes =
    [
        ("user.", 1),
        ("system.posix_acl_access", 2),
        ("system.posix_acl_default", 3),
        ("trusted.", 4),
        ("security.", 6),
    ];

    private readonly Dictionary<byte[], int> uses = new(BytePathComparer.Instance);
    private readonly Dictionary<byte[], uint> sharedIds = new(BytePathComparer.Instance);
    private readonly ArrayBufferWriter<byte> shared = new();
    private int counted;

    /// <summary>All shared attributes.</summary>
    internal ReadOnlySpan<byte> Shared => shared.WrittenSpan;

    /// <summary>Counts an inode's attributes: call for all inodes before the first <see cref="Encode"/>.</summary>
    internal void Count(IReadOnlyList<TarAttribute> attributes)
    {
        foreach (TarAttribute attribute in attributes)
        {
            byte[] entry = Entry(attribute);
            if (uses.TryGetValue(entry, out int known))
            {
                uses[entry] = known + 1;
            }
            else if (counted + entry.Length + CountingCost <= MostCounted)
            {
                uses[entry] = 1;
                counted += entry.Length + CountingCost;
            }
        }
    }

    /// <summary>What stands behind an inode: a header, the numbers of its shared attributes, and its own; empty without attributes.</summary>
    internal byte[] Encode(IReadOnlyList<TarAttribute> attributes)
    {
        if (attributes.Count == 0)
        {
            return [];
        }
        List<uint> ids = [];
        List<byte[]> own = [];
        foreach (TarAttribute attribute in attributes)
        {
            byte[] entry = Entry(attribute);
            if (uses.GetValueOrDefault(entry) > 1 && ids.Count < MostShared)
            {
                ids.Add(Share(entry));
            }
            else
            {
                own.Add(entry);
            }
        }
        byte[] body = new byte[ErofsFormat.AttributeHeaderSize + (4 * ids.Count) + own.Sum(entry => entry.Length)];
        body[4] = (byte)ids.Count;
        int at = ErofsFormat.AttributeHeaderSize;
        foreach (uint id in ids)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(at), id);
            at += 4;
        }
        foreach (byte[] entry in own)
        {
            entry.CopyTo(body, at);
            at += entry.Length;
        }
        // The inode counts the body in 4-byte words with 16 bits.
        return (body.Length - ErofsFormat.AttributeHeaderSize) / 4 < ushort.MaxValue
            ? body
            : throw new ErofsLimitException("a file has more than 256 KiB of extended attributes");
    }

    private uint Share(byte[] entry)
    {
        if (!sharedIds.TryGetValue(entry, out uint id))
        {
            id = (uint)(shared.WrittenCount / 4);
            sharedIds[entry] = id;
            shared.Write(entry);
        }
        return id;
    }

    private static byte[] Entry(TarAttribute attribute)
    {
        (string prefix, byte index) = Prefixes.First(known => attribute.Name.StartsWith(known.Prefix, StringComparison.Ordinal));
        byte[] name = Encoding.UTF8.GetBytes(attribute.Name[prefix.Length..]);
        if (name.Length > byte.MaxValue || attribute.Value.Length > ushort.MaxValue)
        {
            throw new ErofsLimitException($"the extended attribute {prefix}… is too large");
        }
        byte[] entry = new byte[ErofsFormat.AlignUp(EntryHeaderSize + name.Length + attribute.Value.Length, 4)];
        entry[0] = (byte)name.Length;
        entry[1] = index;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), (ushort)attribute.Value.Length);
        name.CopyTo(entry, EntryHeaderSize);
        attribute.Value.Span.CopyTo(entry.AsSpan(EntryHeaderSize + name.Length));
        return entry;
    }
}
