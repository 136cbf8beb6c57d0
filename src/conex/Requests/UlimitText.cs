using System.Globalization;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Requests;

/// <summary>A resource limit: <c>nofile=1024:2048</c>, soft before hard; -1 or <c>unlimited</c> means none.</summary>
internal static class UlimitText
{
    private static readonly string[] Names =
    [
        "core",
        "cpu",
        "data",
        "fsize",
        "locks",
        "memlock",
        "msgqueue",
        "nice",
        "nofile",
        "nproc",
        "rss",
        "rtprio",
        "rttime",
        "sigpending",
        "stack",
    ];

    /// <exception cref="FormatException">The text is wrong, or there is no such limit.</exception>
    internal static Ulimit Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new FormatException($"invalid ulimit argument: {text}");
        var name = text[..equals];
        if (Array.IndexOf(Names, name) < 0)
            throw new FormatException($"invalid ulimit type: {name}");
        var limits = text[(equals + 1)..].Split(':');
        if (limits.Length > 2)
            throw new FormatException($"too many limit value arguments - {text}, can only have up to two, `soft[:hard]`");
        var soft = Limit(limits[0]);
        var hard = limits.Length == 2 ? Limit(limits[1]) : soft;
        if (hard != -1 && (soft == -1 || soft > hard))
            throw new FormatException($"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
        return new Ulimit
        {
            Name = name,
            Soft = soft,
            Hard = hard,
        };
    }

    private static long Limit(string text)
    {
        if (text == "unlimited")
            return -1;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= -1
            ? value
            : throw new FormatException($"invalid limit value \"{text}\"");
    }
}
