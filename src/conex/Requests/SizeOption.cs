using Conex.Cli.Output;

namespace Conex.Cli.Requests;

/// <summary>A number of bytes on the command line: <c>64m</c>.</summary>
internal static class SizeOption
{
    /// <exception cref="FormatException">It is no size.</exception>
    internal static long Parse(string text) =>
        SizeText.TryParse(text, out var bytes) ? bytes : throw new FormatException($"invalid size: '{text}'");

    /// <summary>As <see cref="Parse"/>; -1 means no limit.</summary>
    /// <exception cref="FormatException">It is no size.</exception>
    internal static long ParseOrUnlimited(string text) => text == "-1" ? -1 : Parse(text);
}
