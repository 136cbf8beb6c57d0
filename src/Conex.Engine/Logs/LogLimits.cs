using System.Globalization;
using Conex.Engine.Containers;
using Conex.Engine.Errors;

namespace Conex.Engine.Logs;

/// <summary>How large a container's log may become.</summary>
/// <param name="MaximumSize">Bytes after which a file is rotated.</param>
/// <param name="MaximumFiles">How many files are kept in all.</param>
internal readonly record struct LogLimits(long MaximumSize, int MaximumFiles)
{
    /// <summary>A hundred megabytes a container: enough to look back, too little to fill a disk.</summary>
    internal static LogLimits Default => new(20 << 20, 5);

    /// <exception cref="InvalidRequestException">An unknown driver, option or value.</exception>
    internal static LogLimits From(HostConfiguration host)
    {
        if (host.LogDriver is not ("" or "json-file" or "local"))
        {
            throw new InvalidRequestException($"logger: no log driver named '{host.LogDriver}' is registered");
        }
        LogLimits limits = Default;
        foreach ((string option, string value) in host.LogOptions ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            limits = option switch
            {
                "max-size" => limits with { MaximumSize = Size(value) },
                "max-file" => limits with { MaximumFiles = Count(value) },
                "compress" or "labels" or "labels-regex" or "env" or "env-regex" or "tag" or "mode" or "max-buffer-size" => limits,
                _ => throw new InvalidRequestException($"unknown log opt '{option}' for json-file log driver"),
            };
        }
        return limits;
    }

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new InvalidRequestException($"max-file cannot be less than 1: {text}");

    private static long Size(string text)
    {
        string number = text.TrimEnd('b', 'B', 'i');
        long unit = 1;
        if (number.Length > 0)
        {
            int power = "kmgt".IndexOf(char.ToLowerInvariant(number[^1]), StringComparison.Ordinal);
            if (power >= 0)
            {
                unit = 1L << (10 * (power + 1));
                number = number[..^1];
            }
        }
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && count > 0
            ? count * unit
            : throw new InvalidRequestException($"invalid size: '{text}'");
    }
}
