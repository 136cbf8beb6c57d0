using System.Buffers.Binary;

namespace Conex.Images.Compression;

/// <summary>The header of a block (xz-file-format.txt, 3.1).</summary>
/// <param name="CompressedSize">Null when it does not say.</param>
/// <param name="Size">Of the content; null when it does not say.</param>
/// <param name="Dictionary">The byte that gives the dictionary's size.</param>
internal readonly record struct XzBlockHeader(int Length, long? CompressedSize, long? Size, byte Dictionary)
{
    // What "xz -9" needs.
    private const long LargestDictionary = 64 << 20;
    private const int Lzma2 = 0x21;

    internal long DictionarySize => SizeOf(Dictionary);

    /// <param name="input">Behind the first byte.</param>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    /// <exception cref="CompressionException">It is beyond what is done here.</exception>
    internal static XzBlockHeader Read(DecoderInput input, byte first)
    {
        byte[] header = new byte[(first + 1) * 4];
        header[0] = first;
        input.ReadExactly(header.AsSpan(1));
        if (ReflectedCrc.Ieee.Append(0, header.AsSpan(..^4)) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(^4)))
        {
            throw new InvalidDataException("a block's header is damaged");
        }
        var fields = new DecoderInput(new MemoryStream(header, 1, header.Length - 5));
        byte flags = fields.Next();
        if ((flags & 0x3c) != 0)
        {
            throw new InvalidDataException("a block's header has unknown flags");
        }
        long? compressed = (flags & 0x40) != 0 ? ReadNumber(fields.Next) : null;
        long? size = (flags & 0x80) != 0 ? ReadNumber(fields.Next) : null;
        if ((flags & 3) != 0 || ReadNumber(fields.Next) != Lzma2)
        {
            throw new CompressionException(
                "the xz data has another filter than LZMA2, which is not supported: compress it without --x86, --delta and the like"
            );
        }
        if (ReadNumber(fields.Next) != 1 || fields.Next() is var dictionary && dictionary > 40)
        {
            throw new InvalidDataException("a block's dictionary has no size");
        }
        if (SizeOf(dictionary) > LargestDictionary)
        {
            throw new CompressionException(
                $"the xz data needs a dictionary of {SizeOf(dictionary) >> 20} MiB; up to {LargestDictionary >> 20} MiB are allowed, which is what \"xz -9\" takes"
            );
        }
        while (!fields.IsAtEnd)
        {
            CheckZero(fields.Next);
        }
        return new XzBlockHeader(header.Length, compressed, size, dictionary);
    }

    /// <summary>A number in seven bits a byte, the lowest first (1.2).</summary>
    internal static long ReadNumber(Func<byte> read)
    {
        long result = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte next = read();
            result |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return next > 0 || shift == 0 ? result : throw new InvalidDataException("a number has zeros in front");
            }
        }
        throw new InvalidDataException("a number has more than 63 bits");
    }

    internal static void CheckZero(Func<byte> read)
    {
        if (read() != 0)
        {
            throw new InvalidDataException("the padding is not zero");
        }
    }

    private static long SizeOf(byte dictionary) => dictionary == 40 ? uint.MaxValue : (2L | (dictionary & 1)) << (dictionary / 2 + 11);
}
