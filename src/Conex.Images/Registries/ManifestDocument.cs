using System.Security.Cryptography;
using System.Text.Json;
using Conex.Oci;

namespace Conex.Images.Registries;

/// <summary>A manifest or index as a registry holds it, byte for byte.</summary>
/// <param name="Bytes">Verified by <paramref name="Digest"/>.</param>
/// <param name="MediaType">What it is, without parameters.</param>
/// <param name="Digest">Of the bytes.</param>
internal sealed record ManifestDocument(byte[] Bytes, string MediaType, Digest Digest)
{
    internal MediaKind Kind => Oci.MediaType.KindOf(MediaType);

    /// <param name="contentType">What the registry says it is; the document itself is believed first, as it is what the digest covers.</param>
    internal static ManifestDocument From(byte[] bytes, string? contentType) =>
        new(bytes, OwnType(bytes) ?? Oci.MediaType.WithoutParameters(contentType), Digest.FromSha256(SHA256.HashData(bytes)));

    private static string? OwnType(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            if (document.RootElement.TryGetProperty("mediaType", out JsonElement type) && type.ValueKind == JsonValueKind.String)
            {
                return type.GetString() is { Length: > 0 } text ? text : null;
            }
            bool isFirst =
                document.RootElement.TryGetProperty("schemaVersion", out JsonElement version)
                && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out int number)
                && number == 1;
            return isFirst ? Oci.MediaType.DockerSchema1
                : document.RootElement.TryGetProperty("manifests", out _) ? Oci.MediaType.OciIndex
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
