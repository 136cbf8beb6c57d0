using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Engine.Images;
using Conex.Images;
using Conex.Oci;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Calls that show, name and remove images.</summary>
internal sealed class ImageEndpoints(ContainerEngine engine)
{
    private static readonly string[] Filters = ["dangling", "label", "before", "since", "reference", "until"];

    internal Task ListAsync(ApiRequest request)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = FilterQuery.Parse(request.Query("filters"), Filters);
        IEnumerable<StoredImage> images = engine.Images.List();
        foreach ((string key, IReadOnlyList<string> values) in filters)
        {
            images = images.Where(ImageFilters.Predicate(engine, key, values, TimeProvider.System.GetUtcNow()));
        }

        IReadOnlyList<StoredImage> all = engine.Images.List();
        var sharing = request.Flag("shared-size") ? new LayerSharing(all) : null;
        bool withLayers = request.Flag("layers");
        ImageSummary[] rows =
        [
            .. images.Select(image =>
                ImageAnswers.Summary(image) with
                {
                    RepoTags = ImageAnswers.Tags(image, filters.GetValueOrDefault("reference")),
                    SharedSize = sharing?.SharedSize(image) ?? -1,
                    Layers = withLayers ? ImageAnswers.Layers(image) : null,
                }
            ),
        ];
        return request.WriteJsonAsync(rows, DockerJson.Default.ImageSummaryArray);
    }

    internal Task InspectAsync(ApiRequest request) =>
        request.WriteJsonAsync(ImageAnswers.Inspect(engine.Images.Resolve(request.Value("name"))), DockerJson.Default.ImageInspect);

    internal Task HistoryAsync(ApiRequest request) =>
        request.WriteJsonAsync(ImageAnswers.History(engine.Images.Resolve(request.Value("name"))), DockerJson.Default.HistoryItemArray);

    internal Task TagAsync(ApiRequest request)
    {
        ImageReference name =
            ImageRequests.NewName(request.Query("repo"), request.Query("tag"))
            ?? throw new InvalidRequestException("invalid reference format: the parameter repo is missing");
        engine.Images.Tag(request.Value("name"), name);
        return request.WriteStatusAsync(StatusCodes.Status201Created);
    }

    internal Task RemoveAsync(ApiRequest request)
    {
        ImageDeleteItem[] items = [.. engine.Images.Remove(request.Value("name"), request.Flag("force")).Select(ImageAnswers.Removal)];
        return request.WriteJsonAsync(items, DockerJson.Default.ImageDeleteItemArray);
    }
}
