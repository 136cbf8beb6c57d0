using System.Buffers.Binary;
using System.Text;

namespace Conex.Linux.Netlink;

/// <summary>A request to the kernel (netlink(7)): a header, a structure, attributes.</summary>
public sealed class NetlinkMessage
{
    /// <summary>Bytes of struct nlmsghdr.</summary>
    public const int HeaderSize = 16;

    /// <summary>NLM_F_DUMP: all objects of the kind.</summary>
    public const ushort Dump = 0x300;

    /// <summary>NLM_F_CREATE and NLM_F_EXCL: a new object.</summary>
    public const ushort New = 0x600;

    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_ACK = 4;

    private byte[] bytes = new byte[256];
    private int length = HeaderSize;

    /// <param name="type">RTM_*.</param>
    /// <param name="flags"><see cref="Dump"/> or <see cref="New"/>; else the kernel acknowledges.</param>
    /// <param name="structure">The structure that belongs to the type, such as struct ifinfomsg.</param>
    public NetlinkMessage(ushort type, ushort flags, ReadOnlySpan<byte> structure)
    {
        IsDump = (flags & Dump) == Dump;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)(NLM_F_REQUEST | flags | (IsDump ? 0 : NLM_F_ACK)));
        structure.CopyTo(Take(structure.Length));
    }

    internal bool IsDump { get; }

    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
            return bytes.AsSpan(0, length);
        }
    }

    /// <summary>Adds an attribute.</summary>
    public NetlinkMessage Add(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> place = Take(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], type);
        value.CopyTo(place[4..]);
        return this;
    }

    /// <summary>Adds an attribute of 32 bits.</summary>
    public NetlinkMessage Add(ushort type, uint value)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, value);
        return Add(type, number);
    }

    /// <summary>Adds an attribute that is a text with a NUL at its end.</summary>
    public NetlinkMessage Add(ushort type, string value) => Add(type, [.. Encoding.UTF8.GetBytes(value), 0]);

    /// <summary>The attributes that begin at an offset of a message that the kernel sent.</summary>
    public static Dictionary<ushort, byte[]> ReadAttributes(ReadOnlySpan<byte> message, int offset)
    {
        const ushort typeMask = 0x3FFF; // NLA_TYPE_MASK
        var attributes = new Dictionary<ushort, byte[]>();
        for (ReadOnlySpan<byte> rest = message[Math.Min(offset, message.Length)..]; rest.Length >= 4; )
        {
            int size = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (size < 4 || size > rest.Length)
            {
                break;
            }
            attributes[(ushort)(BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) & typeMask)] = rest[4..size].ToArray();
            rest = rest[Math.Min(Aligned(size), rest.Length)..];
        }
        return attributes;
    }

    internal static int Aligned(int size) => (size + 3) & ~3;

    private Span<byte> Take(int size)
    {
        int at = length;
        length += Aligned(size);
        if (length > bytes.Length)
        {
            Array.Resize(ref bytes, length * 2);
        }
        return bytes.AsSpan(at, size);
    }
}
