using System.Buffers;
using System.Text;

namespace Conex.Cli.Output;

/// <summary>Changes the white space of JSON and nothing else: numbers, escapes and the order of members stay the engine's.</summary>
internal static class JsonText
{
    private const int IndentWidth = 4;

    /// <summary>One member a line, as <c>docker inspect</c> prints. The input must be valid JSON.</summary>
    /// <param name="json">The value.</param>
    /// <param name="depth">The depth at which it stands.</param>
    internal static byte[] Indented(ReadOnlySpan<byte> json, int depth = 0)
    {
        var output = new ArrayBufferWriter<byte>(json.Length * 2);
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            switch (c)
            {
                case (byte)'"':
                    var length = StringLength(json[i..]);
                    output.Write(json.Slice(i, length));
                    i += length - 1;
                    break;
                case (byte)'{' or (byte)'[':
                    output.Write([c]);
                    var next = i + 1;
                    while (next < json.Length && IsSpace(json[next]))
                        next++;
                    if (next < json.Length && json[next] is (byte)'}' or (byte)']')
                    {
                        output.Write([json[next]]);
                        i = next;
                        break;
                    }
                    NewLine(output, ++depth);
                    break;
                case (byte)'}' or (byte)']':
                    NewLine(output, --depth);
                    output.Write([c]);
                    break;
                case (byte)',':
                    output.Write([c]);
                    NewLine(output, depth);
                    break;
                case (byte)':':
                    output.Write(": "u8);
                    break;
                default:
                    if (!IsSpace(c))
                        output.Write([c]);
                    break;
            }
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Everything on one line. The input must be valid JSON.</summary>
    internal static string Compact(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 1);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] == (byte)'"')
            {
                var length = StringLength(json[i..]);
                output.Write(json.Slice(i, length));
                i += length - 1;
            }
            else if (!IsSpace(json[i]))
            {
                output.Write([json[i]]);
            }
        }
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static void NewLine(ArrayBufferWriter<byte> output, int depth)
    {
        output.Write("\n"u8);
        var spaces = output.GetSpan(depth * IndentWidth)[..(depth * IndentWidth)];
        spaces.Fill((byte)' ');
        output.Advance(spaces.Length);
    }

    private static int StringLength(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == (byte)'\\')
                i++;
            else if (text[i] == (byte)'"')
                return i + 1;
        }
        return text.Length;
    }

    private static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';
}
