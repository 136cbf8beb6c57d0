using System.Globalization;

namespace Conex.Cli.Requests;

/// <summary>A number of CPUs, in billionths: <c>1.5</c>, <c>1/2</c>.</summary>
internal static class CpuCount
{
    private const decimal Billion = 1_000_000_000;

    /// <exception cref="FormatException">It is no number, or finer than a billionth.</exception>
    internal static long Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var numerator = slash < 0 ? text : text[..slash];
        if (
            !TryParse(numerator, out var count)
            || (slash >= 0 && (!TryParse(text[(slash + 1)..], out var divisor) || !TryDivide(ref count, divisor)))
        )
            throw new FormatException($"failed to parse {text} as a rational number");
        if (Math.Abs(count) > long.MaxValue / Billion)
            throw new FormatException("value is too large");
        var nanos = count * Billion;
        return nanos == decimal.Truncate(nanos) ? (long)nanos : throw new FormatException("value is too precise");
    }

    private static bool TryParse(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryDivide(ref decimal count, decimal divisor)
    {
        if (divisor == 0)
            return false;
        count /= divisor;
        return true;
    }
}
