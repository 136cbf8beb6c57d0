using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record Descriptor : IJsonRecord<Descriptor>
{
    public Descriptor() { }

    [SetsRequiredMembers]
    private Descriptor(ref JsonReader json)
    {
        Digest? digest = null;
        long? size = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("mediaType"u8))
                MediaType = json.String()!;
            else if (json.Is("digest"u8))
                digest = json.Digest();
            else if (json.Is("size"u8))
                size = json.Size();
            else if (json.Is("urls"u8))
                Urls = json.Strings();
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else if (json.Is("data"u8))
                Data = json.Bytes();
            else if (json.Is("platform"u8))
                Platform = json.Object<ImagePlatform>();
            else if (json.Is("artifactType"u8))
                ArtifactType = json.String();
            else
                json.Skip();
        }
        MediaType = json.Required(MediaType, "mediaType");
        Digest = json.Required(digest, "digest");
        Size = json.Required(size, "size");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static Descriptor Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<Descriptor>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static Descriptor IJsonRecord<Descriptor>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("mediaType"u8, MediaType);
        json.Member("digest"u8, Digest);
        json.Member("size"u8, Size);
        json.Member("urls"u8, Urls);
        json.Member("annotations"u8, Annotations);
        json.Member("data"u8, Data);
        json.Member("platform"u8, Platform);
        json.Member("artifactType"u8, ArtifactType);
    }
}

public sealed partial record ImagePlatform : IJsonRecord<ImagePlatform>
{
    public ImagePlatform() { }

    private ImagePlatform(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("architecture"u8))
                Architecture = json.String() ?? "";
            else if (json.Is("os"u8))
                Os = json.String() ?? "";
            else if (json.Is("os.version"u8))
                OsVersion = json.String();
            else if (json.Is("os.features"u8))
                OsFeatures = json.Strings();
            else if (json.Is("variant"u8))
                Variant = json.String();
            else
                json.Skip();
        }
    }

    static ImagePlatform IJsonRecord<ImagePlatform>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("architecture"u8, Architecture);
        json.Member("os"u8, Os);
        json.Member("os.version"u8, OsVersion);
        json.Member("os.features"u8, OsFeatures);
        json.Member("variant"u8, Variant);
    }
}
