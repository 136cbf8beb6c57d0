using System.Globalization;

namespace Conex.Oci.Json;

/// <remarks>This part writes what image documents hold beyond JSON's own types.</remarks>
internal sealed partial class JsonWriter
{
    public void Member(ReadOnlySpan<byte> name, Digest value) => Member(name, value.ToString());

    public void Member(ReadOnlySpan<byte> name, IReadOnlyList<Digest>? values)
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        Begin((byte)'[');
        for (int i = 0; i < values.Count; i++)
        {
            Separate();
            Text(values[i].ToString());
        }
        End((byte)']');
    }

    /// <summary>Writes a point in time in UTC, as Go does.</summary>
    public void Member(ReadOnlySpan<byte> name, DateTimeOffset? value) =>
        Member(name, value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    public void Member(ReadOnlySpan<byte> name, byte[]? value) => Member(name, value is null ? null : Convert.ToBase64String(value));

    /// <summary>Writes a set as an object with empty values.</summary>
    public void Keys(ReadOnlySpan<byte> name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        Begin((byte)'{');
        for (int i = 0; i < values.Count; i++)
        {
            Key(values[i]);
            Raw("{}"u8);
        }
        End((byte)'}');
    }
}
