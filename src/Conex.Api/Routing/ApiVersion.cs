using System.Globalization;

namespace Conex.Api.Routing;

/// <summary>A version of the Docker Engine API, as <c>1.51</c>.</summary>
public readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The oldest that is served.</summary>
    public static ApiVersion Oldest { get; } = new(1, 24);

    /// <summary>The newest that is served, which requests without a version get.</summary>
    public static ApiVersion Newest { get; } = new(1, 51);

    /// <summary>Reads <c>1.51</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ApiVersion version)
    {
        int dot = text.IndexOf('.');
        if (
            dot > 0
            && int.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
        )
        {
            version = new ApiVersion(major, minor);
            return true;
        }

        version = default;
        return false;
    }

    /// <summary>Whether this is the version that brought something, or a later one.</summary>
    public bool IsAtLeast(int minor) => CompareTo(new ApiVersion(1, minor)) >= 0;

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}";

    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;
}
