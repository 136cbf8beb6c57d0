using System.Text;

namespace Conex.DockerApi.Client;

/// <summary>Builds a request's path and query, escaped as RFC 3986 asks.</summary>
internal struct RequestTarget(string path)
{
    private const string Hex = "0123456789ABCDEF";
    private readonly StringBuilder text = new(path);
    private bool hasQuery;

    /// <summary>Adds a path segment.</summary>
    internal readonly RequestTarget Segment(string value)
    {
        text.Append('/');
        Escape(value, keepSlash: false);
        return this;
    }

    /// <summary>Adds an image's name: its slashes stay, because the name is the rest of the path.</summary>
    internal readonly RequestTarget Name(string value)
    {
        text.Append('/');
        Escape(value, keepSlash: true);
        return this;
    }

    /// <summary>Adds path text that needs no escape.</summary>
    internal readonly RequestTarget Path(string value)
    {
        text.Append(value);
        return this;
    }

    /// <summary>Adds a parameter, unless the value is null.</summary>
    internal RequestTarget Query(string name, string? value)
    {
        if (value is not null)
        {
            text.Append(hasQuery ? '&' : '?').Append(name).Append('=');
            Escape(value, keepSlash: false);
            hasQuery = true;
        }

        return this;
    }

    /// <summary>Adds <c>name=1</c> when the flag is set.</summary>
    internal RequestTarget Flag(string name, bool value) => Query(name, value ? "1" : null);

    /// <inheritdoc/>
    public override readonly string ToString() => text.ToString();

    private readonly void Escape(string value, bool keepSlash)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || IsPlain((char)rune.Value, keepSlash)))
            {
                text.Append((char)rune.Value);
                continue;
            }

            int length = rune.EncodeToUtf8(utf8);
            foreach (byte b in utf8[..length])
            {
                text.Append('%').Append(Hex[b >> 4]).Append(Hex[b & 15]);
            }
        }
    }

    private static bool IsPlain(char c, bool keepSlash) => c is '-' or '.' or '_' or '~' || (keepSlash && c is '/' or ':' or '@');
}
