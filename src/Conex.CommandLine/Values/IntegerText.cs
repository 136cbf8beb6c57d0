using System.Globalization;

namespace Conex.CommandLine.Values;

/// <summary>Whole numbers as pflag takes them, with its words for what is not one.</summary>
internal static class IntegerText
{
    internal static bool TryParse(string text, out long value, out string complaint)
    {
        complaint = "";
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return true;
        complaint = IsNumber(text)
            ? $"strconv.ParseInt: parsing {QuotedText.Of(text)}: value out of range"
            : $"strconv.ParseInt: parsing {QuotedText.Of(text)}: invalid syntax";
        return false;
    }

    private static bool IsNumber(string text)
    {
        var digits = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9');
    }
}
