using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record Manifest : IJsonRecord<Manifest>
{
    public Manifest() { }

    [SetsRequiredMembers]
    private Manifest(ref JsonReader json)
    {
        int? schemaVersion = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("schemaVersion"u8))
                schemaVersion = json.SchemaVersion();
            else if (json.Is("mediaType"u8))
                MediaType = json.String();
            else if (json.Is("artifactType"u8))
                ArtifactType = json.String();
            else if (json.Is("config"u8))
                Config = json.Object<Descriptor>()!;
            else if (json.Is("layers"u8))
                Layers = json.List<Descriptor>()!;
            else if (json.Is("subject"u8))
                Subject = json.Object<Descriptor>();
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else
                json.Skip();
        }
        SchemaVersion = json.Required(schemaVersion, "schemaVersion");
        Config = json.Required(Config, "config");
        Layers = json.Required(Layers, "layers");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<Manifest>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static Manifest IJsonRecord<Manifest>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("schemaVersion"u8, SchemaVersion);
        json.Member("mediaType"u8, MediaType);
        json.Member("artifactType"u8, ArtifactType);
        json.Member("config"u8, Config);
        json.Member("layers"u8, Layers);
        json.Member("subject"u8, Subject);
        json.Member("annotations"u8, Annotations);
    }
}
