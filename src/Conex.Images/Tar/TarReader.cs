namespace Conex.Images.Tar;

/// <summary>Reads a tar archive from a stream in one pass: ustar, GNU and PAX, with long names, large numbers, sparse files and extended
/// attributes. What differs between parsers is read as Go's archive/tar does, which made most images.</summary>
public sealed class TarReader(Stream stream, TarLimits? limits = null)
{
    private readonly TarInput input = new(stream);
    private readonly TarLimits limits = limits ?? TarLimits.Default;
    private long stored;
    private long padding;
    private bool ended;

    /// <summary>Whether the two zero blocks that end an archive were there: false when the stream just stopped behind an entry's last byte,
    /// as the layers of umoci-insert(1) do: a digest can excuse it and nothing else.</summary>
    public bool HasEndMarker { get; private set; }

    /// <summary>Where the next byte of the stored content lies in the archive; after <see cref="Next"/> its first.</summary>
    public long ContentOffset => input.Position;

    /// <summary>Whether the rest of the last block behind the content that <see cref="Next"/> has just passed was there and zeros, as writers make it.</summary>
    public bool PaddingIsZero { get; private set; } = true;

    /// <summary>Moves to the next entry, over what is left of the current one's content; null at the end.</summary>
    /// <exception cref="TarException">The archive is malformed, cut off or beyond the limits.</exception>
    public TarEntry? Next()
    {
        input.Skip(stored);
        PaddingIsZero = input.SkipZeros(padding);
        stored = padding = 0;
        var pending = new PendingMetadata();
        while (!ended)
        {
            if (!input.TryReadBlock(out ReadOnlySpan<byte> block))
            {
                return End(pending);
            }
            var header = new TarHeader(block);
            if (header.IsZero)
            {
                HasEndMarker = !input.TryReadBlock(out block) || new TarHeader(block).IsZero;
                return HasEndMarker ? End(pending) : throw new TarException("the tar has a single zero block between its entries");
            }
            if (!header.ChecksumIsRight)
            {
                throw new TarException("the tar has a header with a wrong checksum: it is damaged, or no tar at all");
            }
            if (!TakeMetadata(header, ref pending))
            {
                return Read(header, pending);
            }
        }
        return null;
    }

    /// <summary>The next piece of the stored content, valid until the next call; empty at its end. For a sparse file these are the
    /// bytes of its <see cref="TarEntry.Segments"/>, one after the other.</summary>
    /// <exception cref="TarException">The archive is cut off.</exception>
    public ReadOnlySpan<byte> ReadChunk(long limit = long.MaxValue)
    {
        if (stored == 0 || limit == 0)
        {
            return [];
        }
        ReadOnlySpan<byte> chunk = input.ReadChunk(Math.Min(stored, limit));
        stored -= chunk.Length;
        return chunk;
    }

    /// <summary>The current entry's content as a stream with its holes filled, valid until <see cref="Next"/>.</summary>
    public Stream OpenContent(TarEntry entry) => new TarContent(this, entry);

    /// <summary>Reads the stream to its end, over whatever follows the archive: for whoever hashes the stream.</summary>
    public void Drain()
    {
        stored = padding = 0;
        ended = true;
        input.Drain();
    }

    private TarEntry? End(in PendingMetadata pending)
    {
        ended = true;
        return pending.IsEmpty ? null : throw new TarException("the tar ends early: it has extended headers for an entry that is missing");
    }

    /// <summary>Reads a header that only describes the next one; false when it is an entry.</summary>
    private bool TakeMetadata(TarHeader header, ref PendingMetadata pending)
    {
        switch (header.TypeFlag)
        {
            case (byte)'x' or (byte)'X':
                pending.Pax = PaxHeader.Parse(ReadMetadata(header.Size), limits);
                return true;
            case (byte)'L':
                pending.LongName = WithoutNul(ReadMetadata(header.Size));
                return true;
            case (byte)'K':
                pending.LongLink = WithoutNul(ReadMetadata(header.Size));
                return true;
            // Global PAX records (git's commit) and GNU's volume label say nothing of files. Go ignores them as well: an archive must
            // not be read differently here and where it was checked.
            case (byte)'g' or (byte)'V':
                ReadMetadata(header.Size);
                return true;
            default:
                return false;
        }
    }

    private byte[] ReadMetadata(long size)
    {
        if (size < 0 || size > limits.MetadataSize)
        {
            throw new TarException($"the tar has an extended header of {size} bytes; {limits.MetadataSize} are the limit");
        }
        byte[] bytes = input.ReadBytes((int)size);
        input.Skip(TarInput.Padding(size));
        return bytes;
    }

    private TarEntry Read(TarHeader header, PendingMetadata pending)
    {
        PaxHeader? pax = pending.Pax;
        byte[] path = pax?.Sparse.Name ?? pending.LongName ?? pax?.Path ?? Join(header.Prefix, header.Name);
        TarEntryType type = EntryNames.Type(header.TypeFlag, path);
        byte[] link = type is TarEntryType.HardLink or TarEntryType.SymbolicLink
            ? pending.LongLink ?? pax?.LinkTarget ?? header.LinkName.ToArray()
            : [];
        EntryNames.Check(path, link, limits);
        long size = pax?.Size ?? header.Size;
        if (size is < 0 or > long.MaxValue - TarInput.BlockSize)
        {
            throw new TarException($"the tar has an entry, {EntryNames.Text(path)}, of impossible size");
        }
        if (size > limits.ArchiveSize - input.Position)
        {
            throw new TarException(
                $"the tar has an entry, {EntryNames.Text(path)}, of {size} bytes, with which it is larger than the limit of {limits.ArchiveSize}: "
                    + "\"max-layer-size\" in conexd.json allows more"
            );
        }
        bool isDevice = type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice;
        var entry = new TarEntry
        {
            Type = type,
            Path = path,
            LinkTarget = link,
            Mode = (uint)header.Mode & 0xFFF,
            UserId = Id(pax?.UserId ?? header.UserId, path),
            GroupId = Id(pax?.GroupId ?? header.GroupId, path),
            Modified = pax?.Modified ?? new TarTime(header.Modified),
            DeviceMajor = isDevice ? Device(header.DeviceMajor, 0xFFF, path) : 0,
            DeviceMinor = isDevice ? Device(header.DeviceMinor, 0xFFFFF, path) : 0,
            Attributes = pax?.Attributes.Values ?? (IReadOnlyList<TarAttribute>)[],
        };
        if (header.TypeFlag == 'D')
        {
            // GNU's incremental dumps: the content lists names that the directory had. It is skipped.
            stored = size;
            padding = TarInput.Padding(size);
        }
        return type == TarEntryType.File ? WithContent(entry, header, pax?.Sparse, size) : entry;
    }

    /// <summary>Only files have content; a size in another header is meaningless, and no blocks follow.</summary>
    private TarEntry WithContent(TarEntry entry, TarHeader header, PaxSparse? sparse, long size)
    {
        List<SparseSegment>? map = sparse?.Map;
        long realSize = sparse?.RealSize ?? size;
        long content = size;
        if (header.TypeFlag == 'S')
        {
            // The map's further blocks overwrite the buffer that the header is a view of; it is not used after this.
            (map, realSize) = SparseMap.ReadOldGnu(header.Block.ToArray(), input, limits);
        }
        else if (sparse?.MapInContent == true)
        {
            (map, long used) = SparseMap.ReadFromContent(size, input, limits);
            content -= used;
        }
        padding = TarInput.Padding(size);
        stored = content;
        if (map is null)
        {
            return entry with { Size = size };
        }
        SparseMap.Check(map, realSize, content);
        return entry with { Size = realSize, Segments = map };
    }

    private static uint Id(long value, byte[] path) =>
        // 2^32-1 means "leave it" to chown(2).
        value is >= 0 and < uint.MaxValue
            ? (uint)value
            : throw new TarException($"the tar has an entry, {EntryNames.Text(path)}, with an impossible owner");

    private static uint Device(long value, long limit, byte[] path) =>
        value >= 0 && value <= limit
            ? (uint)value
            : throw new TarException($"the tar has an entry, {EntryNames.Text(path)}, with an impossible device number");

    private static byte[] Join(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> name) =>
        prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];

    private static byte[] WithoutNul(byte[] name)
    {
        int nul = name.AsSpan().IndexOf((byte)0);
        return nul < 0 ? name : name[..nul];
    }

    private struct PendingMetadata
    {
        internal PaxHeader? Pax;
        internal byte[]? LongName;
        internal byte[]? LongLink;

        internal readonly bool IsEmpty => Pax is null && LongName is null && LongLink is null;
    }
}
