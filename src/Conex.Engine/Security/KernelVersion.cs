using System.Globalization;

namespace Conex.Engine.Security;

/// <summary>A kernel version as profiles name it: <c>4.8</c>.</summary>
public readonly record struct KernelVersion(int Major, int Minor)
{
    /// <summary>The version of the running kernel.</summary>
    public static KernelVersion Running
    {
        get
        {
            Version version = Environment.OSVersion.Version;
            return new KernelVersion(version.Major, version.Minor);
        }
    }

    /// <summary>Whether this version is not older than <paramref name="minimum"/>.</summary>
    public bool IsAtLeast(KernelVersion minimum) => Major > minimum.Major || (Major == minimum.Major && Minor >= minimum.Minor);

    /// <summary>Reads <c>MAJOR.MINOR</c>; false for anything else.</summary>
    public static bool TryParse(string text, out KernelVersion version)
    {
        ArgumentNullException.ThrowIfNull(text);
        version = default;
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        if (
            dot < 0
            || !int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            || !int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
        )
        {
            return false;
        }
        version = new KernelVersion(major, minor);
        return true;
    }

    /// <summary>The version as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
