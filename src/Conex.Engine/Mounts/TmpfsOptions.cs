using System.Globalization;
using Conex.Engine.Errors;

namespace Conex.Engine.Mounts;

/// <summary>Options of a tmpfs: later ones win over earlier and over the defaults, as docker merges them.</summary>
internal static class TmpfsOptions
{
    private static readonly string[] Defaults = ["noexec", "nosuid", "nodev", "rprivate"];
    private static readonly string[] Values = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"];

    /// <summary>Each flag with what it contradicts.</summary>
    private static readonly Dictionary<string, string> Opposites = new(StringComparer.Ordinal)
    {
        ["ro"] = "rw",
        ["rw"] = "ro",
        ["exec"] = "noexec",
        ["noexec"] = "exec",
        ["suid"] = "nosuid",
        ["nosuid"] = "suid",
        ["dev"] = "nodev",
        ["nodev"] = "dev",
        ["sync"] = "async",
        ["async"] = "sync",
        ["atime"] = "noatime",
        ["noatime"] = "atime",
        ["diratime"] = "nodiratime",
        ["nodiratime"] = "diratime",
        ["relatime"] = "norelatime",
        ["norelatime"] = "relatime",
        ["strictatime"] = "nostrictatime",
        ["nostrictatime"] = "strictatime",
        ["bind"] = "",
        ["rbind"] = "",
    };

    /// <exception cref="InvalidRequestException">An option that tmpfs does not have.</exception>
    internal static IReadOnlyList<string> Merge(string options)
    {
        List<string> merged = [.. Defaults];
        foreach (string option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? option : option[..equals];
            if (equals >= 0 && Array.IndexOf(Values, key) >= 0)
            {
                merged.RemoveAll(one => one.StartsWith($"{key}=", StringComparison.Ordinal));
            }
            else if (equals < 0 && Opposites.TryGetValue(key, out string? opposite))
            {
                merged.RemoveAll(one =>
                    string.Equals(one, opposite, StringComparison.Ordinal) || string.Equals(one, key, StringComparison.Ordinal)
                );
            }
            else if (key.EndsWith("private", StringComparison.Ordinal) || key.EndsWith("slave", StringComparison.Ordinal))
            {
                merged.Remove("rprivate");
            }
            else
            {
                throw new InvalidRequestException($"Invalid tmpfs option \"{option}\"");
            }
            merged.Add(option);
        }
        return merged;
    }

    /// <summary>The options of <c>--mount type=tmpfs</c>.</summary>
    internal static IReadOnlyList<string> From(long? size, uint? mode, bool readOnly)
    {
        List<string> options = [];
        if (readOnly)
        {
            options.Add("ro");
        }
        if (mode is { } bits and > 0)
        {
            options.Add($"mode={Convert.ToString(bits & 0xFFF, 8)}");
        }
        if (size is { } bytes and > 0)
        {
            options.Add(string.Create(CultureInfo.InvariantCulture, $"size={bytes}"));
        }
        return Merge(string.Join(',', options));
    }
}
