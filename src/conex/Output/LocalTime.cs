using System.Globalization;

namespace Conex.Cli.Output;

/// <summary>A time with the local offset: <c>2026-01-02 03:04:05 +0100 +0100</c>, as Go prints a zone that has no short name here.</summary>
internal static class LocalTime
{
    internal static string Text(long unixSeconds)
    {
        var local = DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToLocalTime();
        var offset = local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        var zone = local.Offset == TimeSpan.Zero ? "UTC" : offset;
        return $"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {offset} {zone}";
    }
}
