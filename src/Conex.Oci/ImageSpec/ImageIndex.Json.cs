using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record ImageIndex : IJsonRecord<ImageIndex>
{
    public ImageIndex() { }

    [SetsRequiredMembers]
    private ImageIndex(ref JsonReader json)
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
            else if (json.Is("manifests"u8))
                Manifests = json.List<Descriptor>()!;
            else if (json.Is("subject"u8))
                Subject = json.Object<Descriptor>();
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else
                json.Skip();
        }
        SchemaVersion = json.Required(schemaVersion, "schemaVersion");
        Manifests = json.Required(Manifests, "manifests");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static ImageIndex Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ImageIndex>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ImageIndex IJsonRecord<ImageIndex>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("schemaVersion"u8, SchemaVersion);
        json.Member("mediaType"u8, MediaType);
        json.Member("artifactType"u8, ArtifactType);
        json.Member("manifests"u8, Manifests);
        json.Member("subject"u8, Subject);
        json.Member("annotations"u8, Annotations);
    }
}
