using System.Text.Json;
using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Client;

/// <summary>The header that hands a registry's credential to the engine.</summary>
internal static class RegistryHeader
{
    /// <returns>The header's line; empty without a credential.</returns>
    internal static string Of(AuthConfig? credential)
    {
        if (credential is null)
        {
            return "";
        }

        byte[] json = JsonSerializer.SerializeToUtf8Bytes(credential, DockerJson.Default.AuthConfig);
        return $"X-Registry-Auth: {Convert.ToBase64String(json).Replace('+', '-').Replace('/', '_')}\r\n";
    }
}
