using System.Text;

namespace Conex.Runtime.Checkpoints;

/// <summary>Writes a protocol buffers message (protobuf.dev, "Encoding"): as much of it as criu's requests need.</summary>
public sealed class ProtobufWriter
{
    private const int WireVarint = 0;
    private const int WireBytes = 2;

    private byte[] buffer = new byte[256];
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Add(int field, bool value) => Add(field, value ? 1UL : 0);

    /// <summary>An <c>int32</c> or an <c>enum</c>; a negative number takes ten bytes, as the encoding has it.</summary>
    public void Add(int field, int value) => Add(field, (ulong)value);

    public void Add(int field, ulong value)
    {
        Varint(((ulong)field << 3) | WireVarint);
        Varint(value);
    }

    public void Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    public void Add(int field, ProtobufWriter message) => Add(field, message.Written);

    private void Add(int field, ReadOnlySpan<byte> bytes)
    {
        Varint(((ulong)field << 3) | WireBytes);
        Varint((ulong)bytes.Length);
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private void Varint(ulong value)
    {
        const int longest = 10;
        Reserve(longest);
        while (value > 0x7F)
        {
            buffer[length++] = (byte)(value | 0x80);
            value >>= 7;
        }
        buffer[length++] = (byte)value;
    }

    private void Reserve(int count)
    {
        if (length + count > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + count));
        }
    }
}
