using System.Buffers.Text;
using System.Text;

namespace Conex.Oci.Json;

/// <remarks>This half knows JSON's grammar: commas, quotes and escapes.</remarks>
internal sealed partial class JsonWriter
{
    private const int LongestNumber = 20;

    private byte[] _buffer = new byte[1024];
    private int _count;
    private bool _needsComma;

    private byte[] ToArray() => _buffer.AsSpan(0, _count).ToArray();

    private void Begin(byte bracket)
    {
        Reserve(1)[0] = bracket;
        _count++;
        _needsComma = false;
    }

    private void End(byte bracket)
    {
        Reserve(1)[0] = bracket;
        _count++;
        _needsComma = true;
    }

    private void Separate()
    {
        if (_needsComma)
        {
            Raw(","u8);
        }
        _needsComma = true;
    }

    private void Name(ReadOnlySpan<byte> plainName)
    {
        Separate();
        Raw("\""u8);
        Raw(plainName);
        Raw("\":"u8);
    }

    private void Key(string key)
    {
        Separate();
        Text(key);
        Raw(":"u8);
    }

    private void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(LongestNumber), out int written);
        _count += written;
    }

    private void Number(ulong value)
    {
        Utf8Formatter.TryFormat(value, Reserve(LongestNumber), out int written);
        _count += written;
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _count += bytes.Length;
    }

    /// <summary>Writes a string. Only what JSON demands is escaped (RFC 8259, section 7), so that slashes and umlauts stay readable.</summary>
    private void Text(string value)
    {
        Raw("\""u8);
        ReadOnlySpan<char> rest = value;
        while (!rest.IsEmpty)
        {
            int plain = PlainLength(rest);
            Span<byte> target = Reserve(Encoding.UTF8.GetMaxByteCount(plain));
            _count += Encoding.UTF8.GetBytes(rest[..plain], target);
            rest = rest[plain..];
            if (!rest.IsEmpty)
            {
                Escape(rest[0]);
                rest = rest[1..];
            }
        }
        Raw("\""u8);
    }

    private static int PlainLength(ReadOnlySpan<char> text)
    {
        int i = 0;
        while (i < text.Length && text[i] >= ' ' && text[i] != '"' && text[i] != '\\')
        {
            i++;
        }
        return i;
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"':
                Raw("\\\""u8);
                break;
            case '\\':
                Raw("\\\\"u8);
                break;
            case '\n':
                Raw("\\n"u8);
                break;
            case '\t':
                Raw("\\t"u8);
                break;
            case '\r':
                Raw("\\r"u8);
                break;
            default:
                ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
                Raw([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', digits[c >> 4], digits[c & 15]]);
                break;
        }
    }

    private Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _count < length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _count + length));
        }
        return _buffer.AsSpan(_count);
    }
}
