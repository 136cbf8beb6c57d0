using System.Text.Json;
using Conex.Api.Routing;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Images.Archives;
using Conex.Oci;

namespace Conex.Api.Endpoints;

/// <summary>Calls that carry images out of the engine as a tar.</summary>
internal sealed class ImageArchiveEndpoints
{
    private readonly ContainerEngine engine;

    private ImageArchiveEndpoints(ContainerEngine engine) => this.engine = engine;

    internal static void Add(RouteTable routes, ContainerEngine engine)
    {
        var endpoints = new ImageArchiveEndpoints(engine);
        routes
            .Add("GET", "/images/get", request => endpoints.SaveAsync(request, Names(request)))
            .Add("GET", "/images/{name*}/get", request => endpoints.SaveAsync(request, [request.Value("name")]));
    }

    private async Task SaveAsync(ApiRequest request, IReadOnlyList<string> names)
    {
        var options = new SaveOptions
        {
            Format = ParseFormat(request.Query("format")),
            Platform = ParsePlatform(request.Query("platform")),
        };
        using SavedArchive archive = engine.Images.Save(names, options);
        await request.StartStreamAsync("application/x-tar");
        await archive.WriteAsync(request.Http.Response.Body, request.Aborted);
    }

    private static IReadOnlyList<string> Names(ApiRequest request) =>
        request.QueryAll("names") is { Count: > 0 } names
            ? names
            : throw new InvalidRequestException("no image to save: the parameter names is missing");

    /// <summary>An addition of this engine; without it the archive is docker's.</summary>
    private static SaveFormat ParseFormat(string? text) =>
        text switch
        {
            null or "docker-archive" => SaveFormat.DockerArchive,
            "oci-archive" or "oci-dir" => SaveFormat.OciArchive,
            "docker-dir" => SaveFormat.Directory,
            _ => throw new InvalidRequestException(
                $"\"{text}\" is no format of an archive: give docker-archive, oci-archive, oci-dir or docker-dir"
            ),
        };

    /// <summary>JSON, as clients since API 1.48 send it, or OS/ARCHITECTURE.</summary>
    private static Platform? ParsePlatform(string? text)
    {
        if (text is null || Platform.TryParse(text, out Platform platform))
        {
            return text is null ? null : Platform.Parse(text);
        }
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 2 });
            string Member(string name) => document.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";
            return Platform.Create(Member("os"), Member("architecture"), Member("variant"));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidRequestException($"\"{text}\" is no platform: give OS/ARCHITECTURE, as linux/amd64");
        }
    }
}
