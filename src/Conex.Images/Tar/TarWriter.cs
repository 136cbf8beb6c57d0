using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Images.Tar;

/// <summary>Writes a tar archive: ustar headers, with a PAX header in front where ustar cannot say it. Equal entries give equal bytes.</summary>
public sealed class TarWriter(Stream stream)
{
    private static readonly byte[] Zeros = new byte[2 * TarInput.BlockSize];
    private readonly byte[] block = new byte[TarInput.BlockSize];

    /// <summary>Writes an entry and its content.</summary>
    /// <exception cref="ArgumentException">The content is not as long as the entry says, or the entry cannot have one.</exception>
    public void Add(TarEntry entry, ReadOnlySpan<byte> content = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (content.Length != entry.Size || (entry.Size > 0 && entry.Type != TarEntryType.File))
        {
            throw new ArgumentException("the content does not fit the entry", nameof(content));
        }
        WriteHeaders(entry);
        stream.Write(content);
        stream.Write(Zeros.AsSpan(0, (int)TarInput.Padding(entry.Size)));
    }

    /// <inheritdoc cref="Add(TarEntry, ReadOnlySpan{byte})"/>
    public void Add(TarEntry entry, Stream content)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(content);
        WriteHeaders(entry);
        byte[] buffer = new byte[81920];
        long rest = entry.Size;
        while (rest > 0)
        {
            int n = content.Read(buffer, 0, (int)Math.Min(buffer.Length, rest));
            if (n == 0)
            {
                throw new ArgumentException("the content does not fit the entry", nameof(content));
            }
            stream.Write(buffer, 0, n);
            rest -= n;
        }
        stream.Write(Zeros.AsSpan(0, (int)TarInput.Padding(entry.Size)));
    }

    /// <summary>Writes a file from its descriptor, the holes of <see cref="TarEntry.Segments"/> left out. A file that has become shorter
    /// meanwhile is filled up with zeros: what the header says is what follows.</summary>
    /// <exception cref="KernelException">pread(2) refused.</exception>
    public void Add(TarEntry entry, FileHandle content)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(content);
        if (entry.Segments is not { } segments)
        {
            WriteHeaders(entry);
            Copy(content, 0, entry.Size);
            stream.Write(Zeros.AsSpan(0, (int)TarInput.Padding(entry.Size)));
            return;
        }
        byte[] map = SparseHeader.Map(segments);
        long stored = map.Length + segments.Sum(segment => segment.Length);
        WriteHeaders(entry, stored);
        stream.Write(map);
        foreach (SparseSegment segment in segments)
        {
            Copy(content, segment.Offset, segment.Length);
        }
        stream.Write(Zeros.AsSpan(0, (int)TarInput.Padding(stored)));
    }

    /// <summary>Writes the end marker. The stream stays open.</summary>
    public void Finish() => stream.Write(Zeros);

    private void Copy(FileHandle content, long offset, long length)
    {
        byte[] buffer = new byte[(int)Math.Min(length, 256 * 1024)];
        while (length > 0)
        {
            Span<byte> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length));
            int n = PositionedRead.TryRead(content, piece, offset, out Errno error);
            if (n < 0)
            {
                throw new KernelException("read", null, error);
            }
            if (n == 0)
            {
                piece.Clear();
                n = piece.Length;
            }
            stream.Write(piece[..n]);
            offset += n;
            length -= n;
        }
    }

    /// <param name="stored">Bytes that follow, where they are not the file's.</param>
    private void WriteHeaders(TarEntry entry, long? stored = null)
    {
        byte[] records = PaxRecords.For(entry, isSparse: stored is not null);
        if (records.Length > 0)
        {
            Begin((byte)'x', "PaxHeader"u8, records.Length);
            TarNumber.TryFormat(block.AsSpan(100, 8), 0x1A4);
            End();
            stream.Write(records);
            stream.Write(Zeros.AsSpan(0, (int)TarInput.Padding(records.Length)));
        }
        Begin((byte)entry.Type, default, stored ?? entry.Size);
        WriteName(stored is null ? entry.Path.Span : SparseHeader.StandIn(entry.Path.Span));
        TarNumber.TryFormat(block.AsSpan(100, 8), entry.Mode);
        WriteNumber(108, 8, entry.UserId);
        WriteNumber(116, 8, entry.GroupId);
        WriteNumber(136, 12, entry.Modified.Seconds);
        Cut(entry.LinkTarget.Span, 100).CopyTo(block.AsSpan(157));
        if (entry.Type is TarEntryType.CharacterDevice or TarEntryType.BlockDevice)
        {
            TarNumber.TryFormat(block.AsSpan(329, 8), entry.DeviceMajor);
            TarNumber.TryFormat(block.AsSpan(337, 8), entry.DeviceMinor);
        }
        End();
    }

    private void Begin(byte type, ReadOnlySpan<byte> name, long size)
    {
        block.AsSpan().Clear();
        name.CopyTo(block);
        WriteNumber(108, 8, 0);
        WriteNumber(116, 8, 0);
        WriteNumber(124, 12, size);
        WriteNumber(136, 12, 0);
        block[156] = type;
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        "00"u8.CopyTo(block.AsSpan(263));
    }

    private void End()
    {
        block.AsSpan(TarHeader.ChecksumAt, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in block)
        {
            sum += b;
        }
        TarNumber.TryFormat(block.AsSpan(TarHeader.ChecksumAt, 7), sum);
        stream.Write(block);
    }

    // What does not fit stands in the PAX header; the field is then 0.
    private void WriteNumber(int offset, int length, long value)
    {
        if (!TarNumber.TryFormat(block.AsSpan(offset, length), value))
        {
            TarNumber.TryFormat(block.AsSpan(offset, length), 0);
        }
    }

    private void WriteName(ReadOnlySpan<byte> path)
    {
        int split = PaxRecords.Split(path);
        if (split > 0)
        {
            path[..split].CopyTo(block.AsSpan(345));
            path = path[(split + 1)..];
        }
        Cut(path, 100).CopyTo(block);
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int length) => text.Length > length ? text[..length] : text;
}
