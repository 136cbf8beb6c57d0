using System.Text.Json;

namespace Conex.Oci.Json;

/// <remarks>This part reads what image documents hold beyond JSON's own types.</remarks>
internal ref partial struct JsonReader
{
    /// <summary>Reads a digest; null when absent.</summary>
    public Digest? Digest() => Begin(JsonTokenType.String, "a digest") ? ParsedDigest() : null;

    /// <summary>Reads a list of digests; null when absent.</summary>
    public Digest[]? Digests()
    {
        if (!Begin(JsonTokenType.StartArray, "a list"))
        {
            return null;
        }
        Digest[] items = [];
        int count = 0;
        while (NextItem())
        {
            Grow(ref items, count);
            items[count++] = Digest() ?? throw Expected("a digest");
        }
        Array.Resize(ref items, count);
        return items;
    }

    /// <summary>Reads a number of bytes; null when absent.</summary>
    public long? Size() => Integer(0, long.MaxValue, "a size of 0 or more");

    /// <summary>Reads the version of a manifest or index, which is 2; null when absent.</summary>
    public int? SchemaVersion() => (int?)Integer(2, 2, "2");

    /// <summary>Reads a text that can only be one; null when absent.</summary>
    public string? Literal(string only)
    {
        if (!Begin(JsonTokenType.String, $"\"{only}\""))
        {
            return null;
        }
        return _json.ValueTextEquals(only) ? only : throw Expected($"\"{only}\"");
    }

    /// <summary>Reads a point in time (RFC 3339, of whose fraction 100 ns remain); null when absent.</summary>
    public DateTimeOffset? Instant()
    {
        const string Expectation = "a date and time such as 2026-01-02T03:04:05Z";
        if (!Begin(JsonTokenType.String, Expectation))
        {
            return null;
        }
        return _json.TryGetDateTimeOffset(out DateTimeOffset value) ? value : throw Expected(Expectation);
    }

    /// <summary>Reads bytes in base64; null when absent.</summary>
    public byte[]? Bytes()
    {
        if (!Begin(JsonTokenType.String, "bytes in base64"))
        {
            return null;
        }
        return _json.TryGetBytesFromBase64(out byte[]? value) ? value : throw Expected("bytes in base64");
    }

    /// <summary>Reads the member names of an object whose values mean nothing (Go's way to write a set); null when absent.</summary>
    public string[]? Keys()
    {
        if (!Begin(JsonTokenType.StartObject, "an object"))
        {
            return null;
        }
        List<string> keys = [];
        while (NextMember())
        {
            CheckCount(keys.Count);
            keys.Add(Text());
            Skip();
        }
        return [.. keys.Distinct(StringComparer.Ordinal)];
    }

    private readonly Digest ParsedDigest()
    {
        string text = Text();
        return Oci.Digest.Fault(text) is { } fault ? throw Expected($"a digest ({fault})") : Oci.Digest.Parse(text);
    }
}
