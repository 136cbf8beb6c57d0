using System.Buffers.Binary;
using System.Text;

namespace Conex.Linux.DBus;

/// <summary>Marshals values in little-endian order (D-Bus Specification, "Marshaling"): every value stands on a multiple of its own size.</summary>
public sealed class DBusWriter
{
    private byte[] buffer = new byte[256];

    /// <summary>How many bytes are written.</summary>
    public int Length { get; private set; }

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public void Align(int size)
    {
        while (Length % size != 0)
        {
            Byte(0);
        }
    }

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Boolean(bool value) => UInt32(value ? 1U : 0);

    public void UInt32(uint value)
    {
        Align(4);
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
    }

    public void UInt64(ulong value)
    {
        Align(8);
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
    }

    /// <summary>A string or an object path: length, text, zero.</summary>
    public void String(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Reserve(length));
        Byte(0);
    }

    /// <summary>A signature: its length is one byte.</summary>
    public void Signature(string value)
    {
        Byte((byte)value.Length);
        Encoding.ASCII.GetBytes(value, Reserve(value.Length));
        Byte(0);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Begins an array; its length, without the padding before the first element, is written by <see cref="EndArray"/>.</summary>
    /// <param name="alignment">Of the elements: 8 for structures, dictionary entries and 64-bit numbers.</param>
    public (int LengthAt, int Start) BeginArray(int alignment)
    {
        UInt32(0);
        int at = Length - 4;
        Align(alignment);
        return (at, Length);
    }

    public void EndArray((int LengthAt, int Start) array) =>
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(array.LengthAt), (uint)(Length - array.Start));

    private Span<byte> Reserve(int size)
    {
        if (Length + size > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + size));
        }
        Length += size;
        return buffer.AsSpan(Length - size, size);
    }
}
