using System.Text.Json;

namespace Conex.Images.Registries;

/// <summary>What a token service answers (distribution's token specification).</summary>
/// <param name="Token">To be sent as Bearer.</param>
/// <param name="RefreshToken">For later, instead of a password; null where none was given.</param>
/// <param name="Life">How long it holds.</param>
internal sealed record TokenAnswer(string Token, string? RefreshToken, TimeSpan Life)
{
    /// <summary>What services mean that say nothing.</summary>
    private const int ShortestLife = 60;

    private const int LongestLife = 86400;

    /// <exception cref="RegistryException">It is no such answer.</exception>
    internal static TokenAnswer Parse(byte[] body, string service)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                string? token = Text(root, "token") ?? Text(root, "access_token");
                int life =
                    root.TryGetProperty("expires_in", out JsonElement value)
                    && value.ValueKind == JsonValueKind.Number
                    && value.TryGetInt32(out int seconds)
                        ? seconds
                        : ShortestLife;
                if (token is not null)
                {
                    return new TokenAnswer(token, Text(root, "refresh_token"), TimeSpan.FromSeconds(Math.Clamp(life, 1, LongestLife)));
                }
            }
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new RegistryException($"the token service {service} answers with no token");
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
