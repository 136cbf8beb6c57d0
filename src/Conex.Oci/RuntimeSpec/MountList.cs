using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

/// <summary>Mounts apart from a configuration: its <c>mounts</c> member alone, as a list or in an object, or the whole configuration.</summary>
public sealed record MountList : IJsonRecord<MountList>
{
    /// <summary>In this order.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static IReadOnlyList<Mount> Parse(ReadOnlySpan<byte> utf8) =>
        utf8.TrimStart(" \t\r\n"u8) is [(byte)'[', ..] ? JsonReader.DocumentList<Mount>(utf8) : JsonReader.Document<MountList>(utf8).Mounts;

    static MountList IJsonRecord<MountList>.Read(ref JsonReader json)
    {
        Mount[]? mounts = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("mounts"u8))
                mounts = json.List<Mount>();
            else
                json.Skip();
        }
        return new MountList { Mounts = json.Required(mounts, "mounts") };
    }

    void IJsonRecord.WriteMembers(JsonWriter json) => json.Member("mounts"u8, Mounts);
}
