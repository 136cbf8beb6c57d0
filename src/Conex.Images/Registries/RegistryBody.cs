using System.Net;
using System.Text;
using System.Text.Json;

namespace Conex.Images.Registries;

/// <summary>Reads small bodies, and the errors in them (distribution-spec, "Error Codes").</summary>
internal static class RegistryBody
{
    private const int ErrorLimit = 64 << 10;
    private const int LongestText = 300;

    /// <summary>A whole body that is small, whoever sends it.</summary>
    /// <exception cref="RegistryException">It is larger than <paramref name="limit"/> bytes.</exception>
    internal static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, string what, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            throw TooLarge(response, limit, what);
        }
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        int n;
        while ((n = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + n > limit)
            {
                throw TooLarge(response, limit, what);
            }
            bytes.Write(buffer.AsSpan(0, n));
        }
        return bytes.ToArray();
    }

    /// <summary>What a refusal says.</summary>
    /// <param name="what">What was tried, as <c>get the manifest …</c>.</param>
    internal static async Task<RegistryException> FailureAsync(
        HttpResponseMessage response,
        string what,
        CancellationToken cancellationToken
    )
    {
        string reason;
        try
        {
            using var body = new MemoryStream();
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            byte[] buffer = new byte[ErrorLimit];
            int n = await stream.ReadAtLeastAsync(buffer, ErrorLimit, throwOnEndOfStream: false, cancellationToken);
            reason = Reason(buffer.AsSpan(0, n));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            reason = "";
        }
        string status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        return new RegistryException(reason.Length > 0 ? $"{what}: {reason} ({status})" : $"{what}: {status}", response.StatusCode);
    }

    private static RegistryException TooLarge(HttpResponseMessage response, int limit, string what) =>
        new(
            $"{what} from {response.RequestMessage?.RequestUri?.Authority} is larger than {limit} bytes: refused",
            HttpStatusCode.RequestEntityTooLarge
        );

    private static string Reason(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            JsonElement root = document.RootElement;
            if (
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("errors", out JsonElement errors)
                && errors.ValueKind == JsonValueKind.Array
            )
            {
                return Shown(
                    string.Join("; ", errors.EnumerateArray().Where(error => error.ValueKind == JsonValueKind.Object).Select(Sentence))
                );
            }
            return root.ValueKind == JsonValueKind.Object && Text(root, "details") is { } details ? Shown(details) : "";
        }
        catch (JsonException)
        {
            // A page of some proxy; its status says enough.
            return "";
        }
    }

    private static string Sentence(JsonElement error) =>
        string.Join(
            ": ",
            ((string?[])[Text(error, "code")?.ToLowerInvariant().Replace('_', ' '), Text(error, "message")]).Where(text =>
                !string.IsNullOrEmpty(text)
            )
        );

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>What a stranger wrote, on one line and without control characters.</summary>
    private static string Shown(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            shown.Append(char.IsControl(c) ? ' ' : c);
        }
        return shown.Length > LongestText ? shown.ToString(0, LongestText) + "…" : shown.ToString();
    }
}
