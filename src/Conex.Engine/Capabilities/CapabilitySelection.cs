using System.Globalization;
using System.Text;
using Conex.Engine.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Capabilities;

/// <summary>Which capabilities a container gets: docker's rules for <c>--cap-add</c>, <c>--cap-drop</c> and <c>--privileged</c>.</summary>
internal static class CapabilitySelection
{
    private const string All = "ALL";
    private static readonly Lazy<IReadOnlyList<string>> Bounding = new(ReadBoundingSet);

    /// <summary>All that this process could hand on: its bounding set.</summary>
    internal static IReadOnlyList<string> Available => Bounding.Value;

    /// <summary>The container's capabilities.</summary>
    /// <exception cref="InvalidRequestException">An unknown name.</exception>
    internal static IReadOnlyList<string> Select(IReadOnlyList<string>? add, IReadOnlyList<string>? drop, bool privileged)
    {
        List<string> added = Normalize(add, "CapAdd");
        List<string> dropped = Normalize(drop, "CapDrop");
        if (privileged)
        {
            return Available;
        }
        if (added.Count == 0 && dropped.Count == 0)
        {
            return CapabilityNames.Default;
        }
        if (added.Contains(All, StringComparer.Ordinal))
        {
            return [.. Available.Where(name => !dropped.Contains(name, StringComparer.Ordinal))];
        }
        if (dropped.Contains(All, StringComparer.Ordinal))
        {
            return [.. added.Distinct(StringComparer.Ordinal)];
        }
        return
        [
            .. CapabilityNames
                .Default.Where(name => !dropped.Contains(name, StringComparer.Ordinal))
                .Concat(added)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private static List<string> Normalize(IReadOnlyList<string>? names, string option)
    {
        List<string> normal = [];
        foreach (string given in names ?? [])
        {
            string name = given.ToUpperInvariant();
            if (string.Equals(name, "CAP_ALL", StringComparison.Ordinal) || string.Equals(name, All, StringComparison.Ordinal))
            {
                normal.Add(All);
                continue;
            }
            if (!name.StartsWith("CAP_", StringComparison.Ordinal))
            {
                name = $"CAP_{name}";
            }
            normal.Add(
                CapabilityNames.IsKnown(name)
                    ? name
                    : throw new InvalidRequestException($"invalid {option}: unknown capability: \"{name}\"")
            );
        }
        return normal;
    }

    private static IReadOnlyList<string> ReadBoundingSet()
    {
        const string label = "\nCapBnd:\t";
        string status = Encoding.ASCII.GetString(FileIo.ReadAll("/proc/self/status"));
        int start = status.IndexOf(label, StringComparison.Ordinal) + label.Length;
        return CapabilityNames.InMask(ulong.Parse(status.AsSpan(start, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }
}
