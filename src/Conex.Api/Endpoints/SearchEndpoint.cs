using System.Globalization;
using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Images.Registries;

namespace Conex.Api.Endpoints;

/// <summary><c>GET /images/search</c>.</summary>
internal static class SearchEndpoint
{
    private const int UsualLimit = 25;
    private const int HighestLimit = 100;

    internal static void Add(RouteTable routes, ContainerEngine engine) =>
        routes.Add("GET", "/images/search", request => SearchAsync(request, engine));

    private static async Task SearchAsync(ApiRequest request, ContainerEngine engine)
    {
        int limit = request.Integer("limit") is { } asked and not 0 ? asked : UsualLimit;
        if (limit is < 1 or > HighestLimit)
        {
            throw new InvalidRequestException($"limit {limit} is outside the range of [1, {HighestLimit}]");
        }

        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = FilterQuery.Parse(
            request.Query("filters"),
            "is-official",
            "is-automated",
            "stars"
        );
        (string? host, string term) = Split(request.Query("term") ?? throw new InvalidRequestException("no term to search for"));
        IReadOnlyList<FoundRepository> found = await engine.Transfers.SearchAsync(
            host,
            term,
            limit,
            ImageRequests.Credential(request.Http.Request.Headers[RegistryEndpoints.CredentialHeader].ToString()),
            request.Aborted
        );
        bool? official = Truth(filters, "is-official");
        bool? automated = Truth(filters, "is-automated");
        int stars = Stars(filters);
        SearchResult[] results =
        [
            .. found
                .Where(one => one.Stars >= stars && (official ?? one.IsOfficial) == one.IsOfficial)
                .Where(one => (automated ?? one.IsAutomated) == one.IsAutomated)
                .Select(one => new SearchResult
                {
                    Name = one.Name,
                    Description = one.Description,
                    StarCount = one.Stars,
                    IsOfficial = one.IsOfficial,
                    IsAutomated = one.IsAutomated,
                }),
        ];
        await request.WriteJsonAsync(results, DockerJson.Default.SearchResultArray);
    }

    /// <summary>A first component with a dot or a colon is a registry, as in names of images.</summary>
    private static (string? Host, string Term) Split(string term)
    {
        if (term.Contains("://", StringComparison.Ordinal))
        {
            throw new InvalidRequestException($"invalid repository name: repository name ({term}) should not have a scheme");
        }

        int slash = term.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : term[..slash];
        bool isHost = first is "localhost" || first.AsSpan().ContainsAny('.', ':');
        if (isHost && !Uri.TryCreate($"https://{first}/", UriKind.Absolute, out _))
        {
            throw new InvalidRequestException($"\"{first}\" is no registry");
        }

        return isHost ? (first, term[(slash + 1)..]) : (null, term);
    }

    private static bool? Truth(IReadOnlyDictionary<string, IReadOnlyList<string>> filters, string key)
    {
        if (!filters.TryGetValue(key, out IReadOnlyList<string>? values))
        {
            return null;
        }

        return values is [var value] && value is "true" or "1" ? true
            : values is [var other] && other is "false" or "0" ? false
            : throw new InvalidRequestException($"invalid filter '{key}={string.Join(',', values)}'");
    }

    private static int Stars(IReadOnlyDictionary<string, IReadOnlyList<string>> filters) =>
        (filters.GetValueOrDefault("stars") ?? [])
            .Select(text =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int stars)
                    ? stars
                    : throw new InvalidRequestException($"invalid filter 'stars={text}'")
            )
            .Append(0)
            .Max();
}
