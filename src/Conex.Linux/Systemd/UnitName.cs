namespace Conex.Linux.Systemd;

/// <summary>A container's unit, from a cgroupsPath of the form <c>slice:prefix:name</c>, as runc reads it.</summary>
/// <param name="Slice">The slice it belongs to: <c>system.slice</c>.</param>
/// <param name="Unit">The unit: <c>prefix-name.scope</c>, or a slice of its own.</param>
public sealed record UnitName(string Slice, string Unit)
{
    /// <summary>Whether the container gets a slice instead of a scope.</summary>
    public bool IsSlice => Unit.EndsWith(".slice", StringComparison.Ordinal);

    /// <summary>Where systemd puts it, below its own cgroup: <c>/a.slice/a-b.slice/prefix-name.scope</c>.</summary>
    public string Path => IsSlice ? Expand(Unit) : $"{Expand(Slice)}/{Unit}";

    /// <exception cref="FormatException">The text has another form.</exception>
    public static UnitName Parse(string cgroupsPath, string defaultSlice)
    {
        string[] parts = cgroupsPath.Split(':');
        if (parts.Length != 3)
        {
            throw new FormatException(
                $"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"{cgroupsPath}\" instead"
            );
        }
        string slice = parts[0].Length == 0 ? defaultSlice : parts[0];
        _ = Expand(slice);
        if (parts[2].Length == 0 || parts[1].Contains('/') || parts[2].Contains('/'))
        {
            throw new FormatException($"cgroupsPath \"{cgroupsPath}\": the name after the second colon must name a unit");
        }
        return new UnitName(
            slice,
            parts[2].EndsWith(".slice", StringComparison.Ordinal) ? parts[2]
                : parts[1].Length == 0 ? $"{parts[2]}.scope"
                : $"{parts[1]}-{parts[2]}.scope"
        );
    }

    /// <summary>A slice lies in those that its dashes name (systemd.slice(5)): a-b.slice in a.slice.</summary>
    private static string Expand(string slice)
    {
        const string suffix = ".slice";
        string name = slice.EndsWith(suffix, StringComparison.Ordinal) ? slice[..^suffix.Length] : "";
        if (name == "-")
        {
            return "";
        }
        if (
            name.Length == 0
            || name.Contains('/')
            || name.StartsWith('-')
            || name.EndsWith('-')
            || name.Contains("--", StringComparison.Ordinal)
        )
        {
            throw new FormatException($"invalid slice name: {slice}");
        }
        string path = "";
        for (int dash = 0; dash >= 0; )
        {
            dash = name.IndexOf('-', dash + 1);
            path += $"/{(dash < 0 ? name : name[..dash])}{suffix}";
        }
        return path;
    }
}
