using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record DockerArchiveImage : IJsonRecord<DockerArchiveImage>
{
    public DockerArchiveImage() { }

    [SetsRequiredMembers]
    private DockerArchiveImage(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("Config"u8))
                Config = json.String()!;
            else if (json.Is("RepoTags"u8))
                RepoTags = json.Strings();
            else if (json.Is("Layers"u8))
                Layers = json.Strings()!;
            else
                json.Skip();
        }
        Config = json.Required(Config, "Config");
        Layers = json.Required(Layers, "Layers");
    }

    /// <summary>Reads <c>manifest.json</c>.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static IReadOnlyList<DockerArchiveImage> ParseList(ReadOnlySpan<byte> utf8) => JsonReader.DocumentList<DockerArchiveImage>(utf8);

    /// <summary>Writes <c>manifest.json</c>.</summary>
    public static byte[] ToUtf8Json(IReadOnlyList<DockerArchiveImage> images) => JsonWriter.Document(images);

    static DockerArchiveImage IJsonRecord<DockerArchiveImage>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("Config"u8, Config);
        json.Member("RepoTags"u8, RepoTags);
        json.Member("Layers"u8, Layers);
        json.Map("LayerSources"u8, LayerSources);
    }
}
