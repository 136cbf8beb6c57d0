using System.Text;

namespace Conex.CommandLine.Help;

/// <summary>Breaks a description into lines beside an indented column.</summary>
internal static class WrappedText
{
    private const int NarrowestColumn = 24;
    private const int IndentOfBlock = 16;

    /// <summary>How far a last line may reach beyond the margin, so that no single word is left over for the next one.</summary>
    private const int Overhang = 5;

    /// <summary>Appends <paramref name="description"/> in the column from <paramref name="indent"/> to <paramref name="columns"/>.</summary>
    internal static void Append(StringBuilder text, string description, int indent, int columns)
    {
        var room = columns - indent;
        if (room < NarrowestColumn)
        {
            indent = IndentOfBlock;
            room = columns - indent;
            if (room < NarrowestColumn)
            {
                text.Append(description.Replace("\n", "\n" + new string(' ', indent), StringComparison.Ordinal));
                return;
            }
            text.Append('\n').Append(' ', indent);
        }
        var rest = description.AsSpan();
        var first = true;
        while (first || !rest.IsEmpty)
        {
            if (!first)
                text.Append('\n').Append(' ', indent);
            first = false;
            var line = NextLine(ref rest, room - Overhang);
            foreach (var c in line)
            {
                text.Append(c);
                if (c == '\n')
                    text.Append(' ', indent);
            }
        }
    }

    /// <summary>Takes one line off the front of <paramref name="rest"/>.</summary>
    private static ReadOnlySpan<char> NextLine(ref ReadOnlySpan<char> rest, int width)
    {
        var whole = rest;
        if (whole.Length < width + Overhang)
        {
            rest = [];
            return whole;
        }
        var window = whole[..Math.Min(width, whole.Length)];
        var gap = window.LastIndexOfAny(' ', '\t', '\n');
        if (gap <= 0)
        {
            rest = [];
            return whole;
        }
        var newline = window.LastIndexOf('\n');
        var cut = newline > 0 && newline < gap ? newline : gap;
        rest = whole[(cut + 1)..];
        return whole[..cut];
    }
}
