using System.Text;
using System.Text.Json;
using Conex.DockerApi.Contracts;
using Conex.Engine.Errors;
using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Api.Translation;

/// <summary>What requests say about images and registries, as values.</summary>
internal static class ImageRequests
{
    private const int LongestCredential = 64 << 10;

    /// <summary>A name with a tag or a digest, which comes in the parameter <c>tag</c> too.</summary>
    /// <exception cref="InvalidRequestException">It is none.</exception>
    internal static ImageReference Reference(string name, string? tag)
    {
        try
        {
            ImageReference reference = ImageReference.Parse(name);
            return string.IsNullOrEmpty(tag) ? reference
                : tag.Contains(':', StringComparison.Ordinal) ? reference.WithDigest(Digest.Parse(tag))
                : reference.WithTag(tag);
        }
        catch (FormatException wrong)
        {
            throw new InvalidRequestException(wrong.Message);
        }
    }

    /// <summary>A name that an image is to be given, with the tag <c>latest</c> where none is asked for; null where no repository is.</summary>
    /// <exception cref="InvalidRequestException">No image can be given it.</exception>
    internal static ImageReference? NewName(string? repository, string? tag)
    {
        if (repository is null)
        {
            return null;
        }
        ImageReference name = Reference(repository, tag).WithDefaultTag();
        return name.TagFault is { } fault ? throw new InvalidRequestException(fault) : name;
    }

    /// <exception cref="InvalidRequestException">It is none.</exception>
    internal static Platform? Platform(string? text) =>
        text is null ? null
        : Oci.Platform.TryParse(text, out Platform platform) ? platform
        : throw new InvalidRequestException($"\"{text}\" is no platform: give OS/ARCHITECTURE, as linux/amd64");

    /// <summary>The header X-Registry-Auth; null where it is absent or says nothing. Clients pad its base64 or not, in either alphabet.</summary>
    /// <exception cref="InvalidRequestException">It cannot be read.</exception>
    internal static RegistryCredential? Credential(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }
        string base64 = header.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        byte[] bytes = new byte[base64.Length];
        if (
            header.Length > LongestCredential
            || !Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out int length)
        )
        {
            throw new InvalidRequestException("invalid X-Registry-Auth header: it is no base64url");
        }
        try
        {
            AuthConfig? config = JsonSerializer.Deserialize(bytes.AsSpan(0, length), DockerJson.Tolerant.AuthConfig);
            RegistryCredential credential = Credential(config ?? new AuthConfig());
            return credential.IsEmpty ? null : credential;
        }
        catch (JsonException wrong)
        {
            throw new InvalidRequestException($"invalid X-Registry-Auth header: {wrong.Message}");
        }
    }

    /// <summary>A credential of a body.</summary>
    /// <exception cref="InvalidRequestException">Its member <c>auth</c> cannot be read.</exception>
    internal static RegistryCredential Credential(AuthConfig config)
    {
        string name = config.Username ?? "";
        string password = config.Password ?? "";
        if (name.Length == 0 && config.Auth is { Length: > 0 } auth)
        {
            byte[] bytes = new byte[auth.Length];
            string pair = Convert.TryFromBase64String(auth, bytes, out int length)
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : throw new InvalidRequestException("the member auth of the credential is no base64");
            int colon = pair.IndexOf(':', StringComparison.Ordinal);
            (name, password) = colon < 0 ? (pair, "") : (pair[..colon], pair[(colon + 1)..]);
        }
        return new RegistryCredential
        {
            Username = name,
            Password = password,
            IdentityToken = config.IdentityToken ?? "",
            RegistryToken = config.RegistryToken ?? "",
        };
    }
}
