using System.Buffers.Binary;
using System.Text;

namespace Conex.Linux.DBus;

/// <summary>Reads marshalled values of a peer that may send anything: each length is checked against what is there.</summary>
public ref struct DBusReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>The specification's limit for arrays and for structures within each other, together.</summary>
    private const int DeepestNesting = 64;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Where the next value is read, before its alignment.</summary>
    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position >= bytes.Length;

    public void Align(int size) => _ = Take((size - (Position % size)) % size);

    public byte Byte() => Take(1)[0];

    public uint UInt32()
    {
        Align(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    public ulong UInt64()
    {
        Align(8);
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
    }

    /// <summary>A string or an object path.</summary>
    public string String() => Text(UInt32());

    public string Signature() => Text(Byte());

    /// <summary>A variant that holds a string; another type is an error.</summary>
    public string StringVariant()
    {
        string signature = Signature();
        return signature is "s" or "o" ? String() : throw Malformed($"a string was expected, not '{signature}'");
    }

    /// <summary>Skips a value of each type in a signature.</summary>
    public void Skip(string signature)
    {
        ReadOnlySpan<char> rest = signature;
        while (rest.Length > 0)
        {
            rest = rest[SkipOne(rest, 0)..];
        }
    }

    private int SkipOne(ReadOnlySpan<char> signature, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw Malformed("types are nested too deep");
        }
        switch (signature[0])
        {
            case 'y':
                Take(1);
                return 1;
            case 'n' or 'q':
                Align(2);
                Take(2);
                return 1;
            case 'b' or 'i' or 'u' or 'h':
                UInt32();
                return 1;
            case 'x' or 't' or 'd':
                UInt64();
                return 1;
            case 's' or 'o':
                String();
                return 1;
            case 'g':
                Signature();
                return 1;
            case 'v':
                string inner = Signature();
                if (inner.Length == 0 || SkipOne(inner, depth + 1) != inner.Length)
                {
                    throw Malformed($"a variant of '{inner}'");
                }
                return 1;
            case 'a':
                int element = LengthOf(signature[1..], depth + 1);
                uint length = UInt32();
                Align(signature[1] is '(' or '{' or 'x' or 't' or 'd' ? 8 : 1);
                Take(length);
                return 1 + element;
            case '(' or '{':
                Align(8);
                return SkipStructure(signature, depth);
            default:
                throw Malformed($"a value of type '{signature[0]}'");
        }
    }

    private int SkipStructure(ReadOnlySpan<char> signature, int depth)
    {
        int at = 1;
        while (at < signature.Length && signature[at] is not (')' or '}'))
        {
            at += SkipOne(signature[at..], depth + 1);
        }
        return at < signature.Length && at > 1 ? at + 1 : throw Malformed("a structure without an end");
    }

    /// <summary>How many characters of a signature make one type.</summary>
    private static int LengthOf(ReadOnlySpan<char> signature, int depth)
    {
        if (signature.Length == 0 || depth > DeepestNesting)
        {
            throw Malformed("a type without an end");
        }
        switch (signature[0])
        {
            case 'a':
                return 1 + LengthOf(signature[1..], depth + 1);
            case '(' or '{':
                int at = 1;
                while (at < signature.Length && signature[at] is not (')' or '}'))
                {
                    at += LengthOf(signature[at..], depth + 1);
                }
                return at < signature.Length && at > 1 ? at + 1 : throw Malformed("a structure without an end");
            default:
                return "ybnqiuxtdhsogv".Contains(signature[0]) ? 1 : throw Malformed($"a value of type '{signature[0]}'");
        }
    }

    private string Text(uint length)
    {
        ReadOnlySpan<byte> text = Take(length);
        return Byte() == 0 ? Encoding.UTF8.GetString(text) : throw Malformed("a text without its end");
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > bytes.Length - Position)
        {
            throw Malformed("it ends too early");
        }
        ReadOnlySpan<byte> taken = bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private static DBusException Malformed(string what) => new("", $"a D-Bus message cannot be read: {what}");
}
