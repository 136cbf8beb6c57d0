using System.Buffers.Binary;

namespace Conex.Images.Erofs;

/// <summary>Fills the fields of a structure one after the other.</summary>
internal ref struct LittleEndianWriter(Span<byte> target)
{
    private Span<byte> rest = target;

    internal void Byte(byte value)
    {
        rest[0] = value;
        Skip(1);
    }

    internal void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(rest, value);
        Skip(2);
    }

    internal void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(rest, value);
        Skip(4);
    }

    internal void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rest, value);
        Skip(8);
    }

    internal void Skip(int bytes) => rest = rest[bytes..];
}
