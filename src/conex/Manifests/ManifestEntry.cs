using System.Buffers;
using System.Text.Json;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Cli.Manifests;

/// <summary>A manifest of one image as <c>docker manifest</c> keeps and shows it: where it is, what it is, and its bytes.</summary>
internal sealed record ManifestEntry(ImageReference Reference, Descriptor Descriptor, byte[] Raw)
{
    /// <summary>Docker's JSON, of its files and of <c>inspect --verbose</c>.</summary>
    internal byte[] ToUtf8Json()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Ref", Reference.ToString());
            json.WritePropertyName(nameof(Descriptor));
            json.WriteRawValue(Descriptor.ToUtf8Json());
            json.WriteBase64String(nameof(Raw), Raw);
            json.WritePropertyName(Descriptor.MediaType == MediaType.DockerManifest ? "SchemaV2Manifest" : "OCIManifest");
            json.WriteRawValue(Raw);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is none.</exception>
    internal static ManifestEntry Parse(byte[] json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return new ManifestEntry(
                ImageReference.Parse(root.GetProperty("Ref").GetString() ?? ""),
                Descriptor.Parse(System.Text.Encoding.UTF8.GetBytes(root.GetProperty(nameof(Descriptor)).GetRawText())),
                root.GetProperty(nameof(Raw)).GetBytesFromBase64()
            );
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException($"{path} is no manifest that docker or conex has written: {wrong.Message}", wrong);
        }
    }
}
