using System.Buffers.Binary;

namespace Conex.Runtime.Monitors;

/// <summary>The header before each piece of output to an attached client without a terminal (Docker Engine API, "Stream format").</summary>
internal static class StdCopy
{
    /// <summary>Bytes of a header.</summary>
    internal const int HeaderSize = 8;

    internal static void WriteHeader(Span<byte> destination, OutputStream stream, int length)
    {
        destination[..HeaderSize].Clear();
        destination[0] = (byte)stream;
        BinaryPrimitives.WriteInt32BigEndian(destination[4..], length);
    }
}
