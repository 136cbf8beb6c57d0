using System.Globalization;
using System.Text.Json;

namespace Conex.Images.Registries;

/// <summary>Looks for repositories by a word: by docker's search call (<c>GET /v1/search</c>) where a registry has it, else in the registry's
/// list of repositories (distribution's <c>GET /v2/_catalog</c>).</summary>
internal sealed class RegistrySearch(RegistryConnection connection, bool isDefault)
{
    private const int BodyLimit = 4 << 20;
    private const int PageSize = 1000;
    private const int MostPages = 100;
    private const string CatalogScope = "registry:catalog:*";

    /// <param name="term">Lower-case text that a repository's name contains.</param>
    /// <param name="limit">At most so many.</param>
    /// <exception cref="RegistryException">The registry cannot be reached, or lets nobody search.</exception>
    internal async Task<IReadOnlyList<FoundRepository>> RunAsync(string term, int limit, CancellationToken cancellationToken)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"/v1/search?q={Uri.EscapeDataString(term)}&n={limit}");
        using (HttpResponseMessage response = await GetAsync(await connection.UrlAsync(query, cancellationToken), "", cancellationToken))
        {
            // Registries without the call answer 404, or with a page for people.
            if (response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                return [.. Results(await ReadAsync(response, cancellationToken)).Take(limit)];
            }
            if (isDefault && !response.IsSuccessStatusCode)
            {
                throw await RegistryBody.FailureAsync(response, $"search {connection.Host} for {term}", cancellationToken);
            }
        }
        return await ReadCatalogAsync(term, limit, cancellationToken);
    }

    private async Task<IReadOnlyList<FoundRepository>> ReadCatalogAsync(string term, int limit, CancellationToken cancellationToken)
    {
        var found = new List<FoundRepository>();
        string last = "";
        for (int page = 0; page < MostPages && found.Count < limit; page++)
        {
            string after = last.Length == 0 ? "" : $"&last={Uri.EscapeDataString(last)}";
            string path = string.Create(CultureInfo.InvariantCulture, $"/v2/_catalog?n={PageSize}{after}");
            Uri url = await connection.UrlAsync(path, cancellationToken);
            using HttpResponseMessage response = await GetAsync(url, CatalogScope, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw await RegistryBody.FailureAsync(response, $"search {connection.Host} for {term}", cancellationToken);
            }
            IReadOnlyList<string> names = Names(await ReadAsync(response, cancellationToken));
            found.AddRange(
                names
                    .Where(name => name.Contains(term, StringComparison.OrdinalIgnoreCase))
                    .Select(name => new FoundRepository($"{connection.Host}/{name}", "", 0, false, false))
            );
            // Some registries give everything at once, and some give the same page again.
            if (names.Count == 0 || names[^1] == last || !response.Headers.Contains("Link"))
            {
                break;
            }
            last = names[^1];
        }
        return [.. found.Take(limit)];
    }

    private Task<HttpResponseMessage> GetAsync(Uri target, string scope, CancellationToken cancellationToken) =>
        connection.SendAsync(
            target,
            url =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.TryAddWithoutValidation("Accept", "application/json");
                return request;
            },
            scope,
            cancellationToken
        );

    private async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = await RegistryBody.ReadAsync(response, BodyLimit, $"the answer of {connection.Host}", cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new RegistryException($"the answer of {connection.Host} is no JSON: {e.Message}", cause: e);
        }
    }

    private IEnumerable<FoundRepository> Results(JsonElement answer)
    {
        foreach (JsonElement result in Items(answer, "results"))
        {
            if (result.ValueKind == JsonValueKind.Object && Text(result, "name") is { Length: > 0 } name)
            {
                bool isWhole = isDefault || name.StartsWith($"{connection.Host}/", StringComparison.Ordinal);
                yield return new FoundRepository(
                    isWhole ? name : $"{connection.Host}/{name}",
                    Text(result, "description"),
                    result.TryGetProperty("star_count", out JsonElement stars)
                    && stars.ValueKind == JsonValueKind.Number
                    && stars.TryGetInt32(out int count)
                        ? count
                        : 0,
                    IsTrue(result, "is_official"),
                    IsTrue(result, "is_automated")
                );
            }
        }
    }

    private static IReadOnlyList<string> Names(JsonElement answer) =>
        [.. Items(answer, "repositories").Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];

    private static JsonElement.ArrayEnumerator Items(JsonElement answer, string member) =>
        answer.ValueKind == JsonValueKind.Object
        && answer.TryGetProperty(member, out JsonElement items)
        && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : default;

    private static string Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool IsTrue(JsonElement element, string member) =>
        element.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>A repository that a search has found.</summary>
/// <param name="Name">As a pull takes it.</param>
/// <param name="Description">What its owner says of it; empty where the registry knows nothing but names.</param>
public sealed record FoundRepository(string Name, string Description, int Stars, bool IsOfficial, bool IsAutomated);
