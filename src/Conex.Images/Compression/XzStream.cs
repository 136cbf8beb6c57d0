using System.Buffers.Binary;
using System.Security.Cryptography;
using SharpCompress.Compressors.LZMA;

namespace Conex.Images.Compression;

/// <summary>Expands .xz streams that follow each other (https://tukaani.org/xz/xz-file-format.txt), and checks their content and sizes. The container is
/// read here, since what it announces decides how much memory a decoder takes.</summary>
internal sealed class XzStream(Stream source) : ReadOnlyStream
{
    private const int HeaderSize = 12;
    private readonly DecoderInput input = new(source);
    private readonly DecoderMemory memory = new();
    private readonly IncrementalHash records = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private XzCheck? check;
    private byte[] flags = [];
    private long recordCount;
    private XzBlockHeader header;
    private LzmaStream? block;
    private long blockStart;
    private long blockSize;
    private bool isFirst = true;

    private static ReadOnlySpan<byte> Magic => [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];

    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    /// <exception cref="CompressionException">It needs what is not done here.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (block is not null || NextBlock())
        {
            int n = block!.Read(buffer);
            if (n > 0)
            {
                check!.Append(buffer[..n]);
                blockSize += n;
                memory.Content += n;
                return n;
            }
            EndBlock();
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            block?.Dispose();
            check?.Dispose();
            records.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool NextBlock()
    {
        while (check is not null || StartStream())
        {
            byte first = input.Next();
            if (first == 0)
            {
                EndStream();
                continue;
            }
            blockStart = input.Count - 1;
            blockSize = 0;
            header = XzBlockHeader.Read(input, first);
            memory.Take(header.DictionarySize);
            block = LzmaStream.Create([header.Dictionary], input, leaveOpen: true);
            return true;
        }
        return false;
    }

    private void EndBlock()
    {
        block!.Dispose();
        block = null;
        long compressed = input.Count - blockStart - header.Length;
        Pad(blockStart, input.Next);
        byte[] expected = new byte[check!.Size];
        input.ReadExactly(expected);
        if (
            !expected.AsSpan().SequenceEqual(check.Take())
            || (header.CompressedSize ?? compressed) != compressed
            || (header.Size ?? blockSize) != blockSize
        )
        {
            throw new InvalidDataException("a block is not what its check and its header say");
        }
        recordCount++;
        AddRecord(header.Length + compressed + check.Size, blockSize);
    }

    private bool StartStream()
    {
        byte[] start = new byte[HeaderSize];
        do
        {
            if (input.IsAtEnd && !isFirst)
            {
                return false;
            }
            input.ReadExactly(start.AsSpan(0, 4));
        } while (!isFirst && BinaryPrimitives.ReadUInt32LittleEndian(start) == 0);
        isFirst = false;
        input.ReadExactly(start.AsSpan(4));
        flags = start[6..8];
        if (!start.AsSpan().StartsWith(Magic) || !IsCrcOf(start.AsSpan(8), flags) || flags[0] != 0 || (flags[1] & 0xf0) != 0)
        {
            throw new InvalidDataException("a stream's header is damaged");
        }
        check = new XzCheck(flags[1]);
        recordCount = 0;
        return true;
    }

    /// <summary>The index, which repeats the sizes of all blocks, and the footer.</summary>
    private void EndStream()
    {
        long start = input.Count - 1;
        ulong crc = ReflectedCrc.Ieee.Append(0, [0]);
        byte[] actual = records.GetHashAndReset();
        if (XzBlockHeader.ReadNumber(Next) != recordCount)
        {
            throw new InvalidDataException("the index has another number of blocks");
        }
        for (long i = 0; i < recordCount; i++)
        {
            AddRecord(XzBlockHeader.ReadNumber(Next), XzBlockHeader.ReadNumber(Next));
        }
        Pad(start, Next);
        byte[] expected = new byte[4];
        input.ReadExactly(expected);
        if (BinaryPrimitives.ReadUInt32LittleEndian(expected) != crc)
        {
            throw new InvalidDataException("the index is damaged");
        }
        long size = input.Count - start;
        byte[] footer = new byte[HeaderSize];
        input.ReadExactly(footer);
        if (
            !records.GetHashAndReset().AsSpan().SequenceEqual(actual)
            || !IsCrcOf(footer, footer.AsSpan(4, 6))
            || (BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(4)) + 1L) * 4 != size
            || !footer.AsSpan(8, 2).SequenceEqual(flags)
            || !footer.AsSpan(10).SequenceEqual("YZ"u8)
        )
        {
            throw new InvalidDataException("the index or the footer is not that of the stream");
        }
        check!.Dispose();
        check = null;

        byte Next()
        {
            byte next = input.Next();
            crc = ReflectedCrc.Ieee.Append(crc, [next]);
            return next;
        }
    }

    private void AddRecord(long unpadded, long content)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(record, unpadded);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], content);
        records.AppendData(record);
    }

    private void Pad(long start, Func<byte> next)
    {
        while (((input.Count - start) & 3) != 0)
        {
            XzBlockHeader.CheckZero(next);
        }
    }

    private static bool IsCrcOf(ReadOnlySpan<byte> crc, ReadOnlySpan<byte> bytes) =>
        ReflectedCrc.Ieee.Append(0, bytes) == BinaryPrimitives.ReadUInt32LittleEndian(crc);
}
