using System.Buffers.Binary;

namespace Conex.DockerApi.Streams;

/// <summary>The header by which Docker puts several output streams into one connection without a terminal: one byte for the stream, three zeros,
/// the payload's length as a big-endian 32-bit number (Docker Engine API, "Stream format").</summary>
/// <param name="Stream">Whose bytes follow.</param>
/// <param name="Length">How many bytes follow.</param>
public readonly record struct StdCopyFrame(StdCopyStream Stream, uint Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int HeaderSize = 8;

    /// <summary>Writes the header to the first <see cref="HeaderSize"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..HeaderSize].Clear();
        destination[0] = (byte)Stream;
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Length);
    }

    /// <summary>Reads a header.</summary>
    /// <returns>False when the bytes are no header: a stream number above 3, or the three bytes after it are not zero.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out StdCopyFrame frame)
    {
        frame = default;
        if (source.Length < HeaderSize || source[0] > (byte)StdCopyStream.SystemError || (source[1] | source[2] | source[3]) != 0)
        {
            return false;
        }

        frame = new StdCopyFrame((StdCopyStream)source[0], BinaryPrimitives.ReadUInt32BigEndian(source[4..]));
        return true;
    }
}
