using System.Diagnostics.CodeAnalysis;

namespace Conex.Oci;

/// <summary>
/// The name of content by its hash, <c>sha256:</c> or <c>sha512:</c> and lower-case hexadecimal digits (image-spec descriptor.md, "Digests").
/// A parsed digest is safe as a file name: it holds nothing but these characters.
/// </summary>
public readonly record struct Digest : IComparable<Digest>
{
    /// <summary>The algorithm that everything here is named by.</summary>
    public const string Sha256 = "sha256";

    /// <summary>The other algorithm that the specification registers.</summary>
    public const string Sha512 = "sha512";

    private const int AlgorithmLength = 6;
    private const int ShortLength = 12;

    private readonly string? _text;

    private Digest(string text) => _text = text;

    /// <summary><see cref="Sha256"/> or <see cref="Sha512"/>.</summary>
    public string Algorithm => Text.StartsWith(Sha256, StringComparison.Ordinal) ? Sha256 : Sha512;

    /// <summary>The hash: 64 or 128 hexadecimal digits.</summary>
    public string Hex => Text[(AlgorithmLength + 1)..];

    /// <summary>The first twelve digits of the hash, as people are shown it.</summary>
    public string Short => Text.Substring(AlgorithmLength + 1, ShortLength);

    /// <summary>Whether this is no digest but the type's default value.</summary>
    public bool IsDefault => _text is null;

    private string Text => _text ?? throw new InvalidOperationException("the default value of Digest names nothing");

    /// <summary>The digest of content whose SHA-256 was computed.</summary>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has not 32 bytes.</exception>
    public static Digest FromSha256(ReadOnlySpan<byte> hash) =>
        hash.Length == 32
            ? new(Sha256 + ":" + Convert.ToHexStringLower(hash))
            : throw new ArgumentException("a SHA-256 has 32 bytes", nameof(hash));

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">It has no colon, another algorithm, or not the algorithm's number of lower-case hexadecimal digits.</exception>
    public static Digest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Fault(text) is { } fault ? throw new FormatException(fault) : new Digest(text);
    }

    /// <summary>Reads a digest; false when <paramref name="text"/> is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        bool valid = text is not null && Fault(text) is null;
        digest = valid ? new Digest(text!) : default;
        return valid;
    }

    /// <summary>Orders digests by their text.</summary>
    public int CompareTo(Digest other) => string.CompareOrdinal(_text, other._text);

    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;

    /// <summary>The digest as it is written, <c>sha256:…</c>; empty for the default value.</summary>
    public override string ToString() => _text ?? "";

    /// <summary>What is wrong with a text, in the words docker's users know; null when it is a digest.</summary>
    internal static string? Fault(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == text.Length - 1)
        {
            return "invalid checksum digest format";
        }
        int digits = text.AsSpan(0, colon) switch
        {
            Sha256 => 64,
            Sha512 => 128,
            _ => 0,
        };
        if (digits == 0)
        {
            return "unsupported digest algorithm";
        }
        ReadOnlySpan<char> hex = text.AsSpan(colon + 1);
        if (hex.Length != digits)
        {
            return "invalid checksum digest length";
        }
        return HexText.IsLowerHex(hex) ? null : "invalid checksum digest format";
    }
}
