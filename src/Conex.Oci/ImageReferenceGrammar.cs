namespace Conex.Oci;

/// <summary>The grammar of image references, as distribution's <c>reference</c> documentation gives it.</summary>
internal static class ImageReferenceGrammar
{
    private const string Invalid = "invalid reference format";
    private const string LegacyDomain = "index.docker.io";
    private const string Localhost = "localhost";
    private const int LongestPath = 255;
    private const int LongestTag = 128;
    private const int ShortestHex = 32;
    private const int IdentifierLength = 64;

    /// <summary>Reads a reference; the result says what is wrong, null when nothing is.</summary>
    internal static string? Parse(string text, out ImageReference reference)
    {
        reference = default;
        if (IsIdentifier(text))
        {
            return $"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings";
        }
        (string domain, string rest) = SplitDomain(text);
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string remote = colon < 0 ? rest : rest[..colon];
        if (!IsLower(remote))
        {
            return $"{Invalid}: repository name ({remote}) must be lowercase";
        }

        string? digestText = CutAt(ref rest, '@');
        string? tag = CutAt(ref rest, ':');
        if (
            !IsDomain(domain)
            || !IsPath(rest)
            || (tag is not null && !IsTag(tag))
            || (digestText is not null && !LooksLikeDigest(digestText))
        )
        {
            return Invalid;
        }
        if (rest.Length > LongestPath)
        {
            return "repository name must not be more than 255 characters";
        }
        if (digestText is not null && Digest.Fault(digestText) is { } fault)
        {
            return fault;
        }
        Digest? digest = digestText is null ? null : Digest.Parse(digestText);
        reference = new ImageReference(domain, rest, tag, digest);
        return null;
    }

    /// <summary>The shortest name that <see cref="Parse"/> reads as this domain and path.</summary>
    internal static string FamiliarName(string domain, string path)
    {
        string whole = domain + "/" + path;
        if (!string.Equals(domain, ImageReference.DefaultDomain, StringComparison.Ordinal))
        {
            return whole;
        }
        bool isOfficial = path.StartsWith(ImageReference.OfficialPrefix, StringComparison.Ordinal);
        string shorter = isOfficial ? path[ImageReference.OfficialPrefix.Length..] : path;
        if (isOfficial && (shorter.Contains('/', StringComparison.Ordinal) || IsIdentifier(shorter)))
        {
            return path;
        }
        (string readDomain, string readPath) = SplitDomain(shorter);
        return readDomain == domain && readPath == path ? shorter : whole;
    }

    internal static bool IsTag(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > LongestTag || text[0] is '.' or '-')
        {
            return false;
        }
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>What is before the first slash is a domain if it could not be a part of a path on the default one, as docker decides it.</summary>
    private static (string Domain, string Remote) SplitDomain(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return (ImageReference.DefaultDomain, ImageReference.OfficialPrefix + text);
        }
        string first = text[..slash];
        string rest = text[(slash + 1)..];
        if (first is ImageReference.DefaultDomain or LegacyDomain)
        {
            bool isOfficial = !rest.Contains('/', StringComparison.Ordinal);
            return (ImageReference.DefaultDomain, isOfficial ? ImageReference.OfficialPrefix + rest : rest);
        }
        bool isDomain = first == Localhost || first.AsSpan().ContainsAny('.', ':') || !IsLower(first);
        return isDomain ? (first, rest) : (ImageReference.DefaultDomain, text);
    }

    private static bool IsLower(string text) => string.Equals(text.ToLowerInvariant(), text, StringComparison.Ordinal);

    private static string? CutAt(ref string text, char separator)
    {
        int at = text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }
        string after = text[(at + 1)..];
        text = text[..at];
        return after;
    }

    private static bool IsIdentifier(ReadOnlySpan<char> text) => text.Length == IdentifierLength && HexText.IsLowerHex(text);

    private static bool IsDomain(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> host = text;
        int colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            ReadOnlySpan<char> port = text[(colon + 1)..];
            if (port.IsEmpty || port.ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }
            host = text[..colon];
        }
        return host is ['[', .. var address, ']'] ? IsIPv6(address) : IsHostName(host);
    }

    private static bool IsIPv6(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigit(c) && c != ':')
            {
                return false;
            }
        }
        return !text.IsEmpty;
    }

    private static bool IsHostName(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> label = text[range];
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }
            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                {
                    return false;
                }
            }
        }
        return true;
    }

    private static bool IsPath(ReadOnlySpan<char> text)
    {
        foreach (Range component in text.Split('/'))
        {
            if (!IsPathComponent(text[component]))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Runs of lower-case letters and digits, between them one period, one or two underscores, or any number of dashes.</summary>
    private static bool IsPathComponent(ReadOnlySpan<char> text)
    {
        while (true)
        {
            int run = 0;
            while (run < text.Length && (char.IsAsciiLetterLower(text[run]) || char.IsAsciiDigit(text[run])))
            {
                run++;
            }
            text = text[run..];
            if (run == 0 || text.IsEmpty)
            {
                return run > 0;
            }
            int separator = SeparatorLength(text);
            if (separator == 0)
            {
                return false;
            }
            text = text[separator..];
        }
    }

    private static int SeparatorLength(ReadOnlySpan<char> text) =>
        text switch
        {
            ['.', ..] => 1,
            ['_', '_', ..] => 2,
            ['_', ..] => 1,
            ['-', ..] => text.IndexOfAnyExcept('-') is var dashes && dashes < 0 ? text.Length : dashes,
            _ => 0,
        };

    /// <summary>Algorithm, colon, at least 32 hexadecimal digits: what the reference's grammar asks, before the digest's own rules.</summary>
    private static bool LooksLikeDigest(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        if (colon <= 0)
        {
            return false;
        }
        ReadOnlySpan<char> algorithm = text[..colon];
        ReadOnlySpan<char> hex = text[(colon + 1)..];
        bool startsPart = true;
        foreach (char c in algorithm)
        {
            bool isSeparator = c is '+' or '.' or '-' or '_';
            if (startsPart ? !char.IsAsciiLetter(c) : !isSeparator && !char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
            startsPart = isSeparator;
        }
        return !startsPart && hex.Length >= ShortestHex && HexText.IsHex(hex);
    }
}
