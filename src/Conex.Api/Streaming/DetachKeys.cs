using System.Buffers;
using Conex.Engine.Errors;

namespace Conex.Api.Streaming;

/// <summary>Recognises the keys by which a person leaves an attached terminal, in a stream that comes in pieces. Bytes that may begin the sequence
/// are held back until the next ones tell.</summary>
internal sealed class DetachKeys
{
    private const string Default = "ctrl-p,ctrl-q";
    private readonly byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) => this.keys = keys;

    /// <summary>Reads <c>ctrl-p,ctrl-q</c>: single characters and <c>ctrl-</c> with a letter or one of <c>@ [ \ ] ^ _</c>.</summary>
    /// <param name="text">Null or empty means ctrl-p,ctrl-q.</param>
    /// <exception cref="InvalidRequestException">It is something else.</exception>
    internal static DetachKeys Parse(string? text)
    {
        string[] names = (string.IsNullOrEmpty(text) ? Default : text).Split(',');
        byte[] keys = new byte[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            keys[i] = names[i] switch
            {
                [var one] when char.IsAscii(one) => (byte)one,
                ['c' or 'C', 't' or 'T', 'r' or 'R', 'l' or 'L', '-', >= 'a' and <= 'z' and var letter] => (byte)(letter - 'a' + 1),
                ['c' or 'C', 't' or 'T', 'r' or 'R', 'l' or 'L', '-', ((>= '[' and <= '_') or '@') and var sign] => (byte)(sign - '@'),
                _ => throw new InvalidRequestException($"Invalid detach keys ({text}) provided: Unknown character: '{names[i]}'"),
            };
        }

        return new DetachKeys(keys);
    }

    /// <summary>Passes input on to <paramref name="output"/>.</summary>
    /// <returns>True when the sequence is complete: what follows it is not passed on.</returns>
    internal bool Filter(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        foreach (byte b in input)
        {
            // As long as what was held back and this byte do not fit, its first byte cannot begin the sequence: let it go, try the rest.
            while (matched > 0 && b != keys[matched])
            {
                int kept = LongestBorder(matched);
                output.Write(keys.AsSpan(0, matched - kept));
                matched = kept;
            }

            if (b != keys[matched])
            {
                output.Write([b]);
            }
            else if (++matched == keys.Length)
            {
                matched = 0;
                return true;
            }
        }

        return false;
    }

    /// <summary>The longest beginning of the sequence, shorter than <paramref name="length"/>, that ends its first <paramref name="length"/> bytes.</summary>
    private int LongestBorder(int length)
    {
        for (int kept = length - 1; kept > 0; kept--)
        {
            if (keys.AsSpan(0, kept).SequenceEqual(keys.AsSpan(length - kept, kept)))
            {
                return kept;
            }
        }

        return 0;
    }
}
