using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record ImageLayout : IJsonRecord<ImageLayout>
{
    public ImageLayout() { }

    [SetsRequiredMembers]
    private ImageLayout(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("imageLayoutVersion"u8))
                ImageLayoutVersion = json.Literal(Version)!;
            else
                json.Skip();
        }
        ImageLayoutVersion = json.Required(ImageLayoutVersion, "imageLayoutVersion");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static ImageLayout Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ImageLayout>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ImageLayout IJsonRecord<ImageLayout>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("imageLayoutVersion"u8, ImageLayoutVersion);
    }
}
