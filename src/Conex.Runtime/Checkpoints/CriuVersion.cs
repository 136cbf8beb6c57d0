namespace Conex.Runtime.Checkpoints;

/// <summary>A version of criu (criu_version of criu's rpc.proto).</summary>
public readonly record struct CriuVersion(int Major, int Minor, int Patch) : IComparable<CriuVersion>
{
    internal static CriuVersion Parse(ReadOnlySpan<byte> message)
    {
        var version = default(CriuVersion);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            version = reader.Field switch
            {
                1 => version with { Major = (int)reader.Number },
                2 => version with { Minor = (int)reader.Number },
                4 => version with { Patch = (int)reader.Number },
                _ => version,
            };
        }
        return version;
    }

    /// <inheritdoc/>
    public int CompareTo(CriuVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Whether this is at least the version of these numbers.</summary>
    public bool IsAtLeast(int major, int minor) => CompareTo(new CriuVersion(major, minor, 0)) >= 0;

    /// <summary>As criu prints it: 4.2.1, and 4.2 for 4.2.0.</summary>
    public override string ToString() => Patch == 0 ? $"{Major}.{Minor}" : $"{Major}.{Minor}.{Patch}";

    public static bool operator <(CriuVersion left, CriuVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(CriuVersion left, CriuVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(CriuVersion left, CriuVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(CriuVersion left, CriuVersion right) => left.CompareTo(right) >= 0;
}
