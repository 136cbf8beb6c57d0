using System.Buffers.Binary;

namespace Conex.Linux.DBus;

/// <summary>Message types of the D-Bus Specification.</summary>
public enum DBusMessageType
{
    MethodCall = 1,
    MethodReturn = 2,
    Error = 3,
    Signal = 4,
}

/// <summary>One message (D-Bus Specification, "Message Format"). Absent fields are empty.</summary>
public sealed record DBusMessage(DBusMessageType Type)
{
    /// <summary>The fixed part: byte order, type, flags, version, length of the body, serial, length of the fields.</summary>
    internal const int FixedHeader = 16;

    /// <summary>Nobody sends this runtime more; the specification allows 128 MiB.</summary>
    private const uint Largest = 1 << 20;

    public uint Serial { get; init; }
    public uint ReplySerial { get; init; }
    public string Path { get; init; } = "";
    public string Interface { get; init; } = "";
    public string Member { get; init; } = "";
    public string ErrorName { get; init; } = "";
    public string Destination { get; init; } = "";

    /// <summary>The unique name of who sent it: the bus writes it, so that no other can be pretended. Empty without a bus.</summary>
    public string Sender { get; init; } = "";
    public string Signature { get; init; } = "";
    public byte[] Body { get; init; } = [];

    /// <summary>The first text of the body, which in an error is its explanation.</summary>
    public string FirstText => Signature.StartsWith('s') ? new DBusReader(Body).String() : "";

    /// <summary>The message as it is sent.</summary>
    public byte[] ToBytes()
    {
        var header = new DBusWriter();
        header.Byte((byte)'l');
        header.Byte((byte)Type);
        header.Byte(0);
        header.Byte(1);
        header.UInt32((uint)Body.Length);
        header.UInt32(Serial);
        (int, int) fields = header.BeginArray(8);
        Field(header, 1, "o", Path);
        Field(header, 2, "s", Interface);
        Field(header, 3, "s", Member);
        Field(header, 4, "s", ErrorName);
        if (ReplySerial != 0)
        {
            header.Align(8);
            header.Byte(5);
            header.Signature("u");
            header.UInt32(ReplySerial);
        }
        Field(header, 6, "s", Destination);
        Field(header, 7, "s", Sender);
        Field(header, 8, "g", Signature);
        header.EndArray(fields);
        header.Align(8);
        header.Bytes(Body);
        return header.Written.ToArray();
    }

    /// <summary>The length of the message that begins here, from its fixed part.</summary>
    /// <exception cref="DBusException">It is none, or longer than any that is expected.</exception>
    internal static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start[0] != 'l' || start[3] != 1)
        {
            throw new DBusException("", "a D-Bus message cannot be read: it is not in the byte order or version of this machine");
        }
        uint body = BinaryPrimitives.ReadUInt32LittleEndian(start[4..]);
        uint fields = BinaryPrimitives.ReadUInt32LittleEndian(start[12..]);
        return body <= Largest && fields <= Largest
            ? FixedHeader + (((int)fields + 7) & ~7) + (int)body
            : throw new DBusException("", $"a D-Bus message cannot be read: it has {(long)body + fields} bytes");
    }

    /// <summary>Reads one whole message.</summary>
    /// <exception cref="DBusException">It is malformed.</exception>
    public static DBusMessage Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedHeader || bytes.Length != LengthOf(bytes))
        {
            throw new DBusException("", "a D-Bus message cannot be read: it ends too early");
        }
        int end = FixedHeader + (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        var result = new DBusMessage((DBusMessageType)bytes[1]) { Serial = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) };
        var reader = new DBusReader(bytes[..end]);
        reader.Skip("yyyyuuu");
        while (!reader.IsAtEnd)
        {
            reader.Align(8);
            byte code = reader.Byte();
            string signature = reader.Signature();
            result = (code, signature) switch
            {
                (1, "o") => result with { Path = reader.String() },
                (2, "s") => result with { Interface = reader.String() },
                (3, "s") => result with { Member = reader.String() },
                (4, "s") => result with { ErrorName = reader.String() },
                (5, "u") => result with { ReplySerial = reader.UInt32() },
                (6, "s") => result with { Destination = reader.String() },
                (7, "s") => result with { Sender = reader.String() },
                (8, "g") => result with { Signature = reader.Signature() },
                _ => Skipped(ref reader, signature, result),
            };
        }
        return result with { Body = bytes[((end + 7) & ~7)..].ToArray() };
    }

    private static DBusMessage Skipped(ref DBusReader reader, string signature, DBusMessage message)
    {
        reader.Skip(signature);
        return message;
    }

    private static void Field(DBusWriter header, byte code, string signature, string value)
    {
        if (value.Length == 0)
        {
            return;
        }
        header.Align(8);
        header.Byte(code);
        header.Signature(signature);
        if (signature == "g")
        {
            header.Signature(value);
        }
        else
        {
            header.String(value);
        }
    }
}
