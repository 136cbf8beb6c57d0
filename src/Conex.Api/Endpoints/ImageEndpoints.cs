using System.IO.Enumeration;
using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
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
            images = images.Where(Predicate(key, values));
        }

        ImageSummary[] rows = [.. images.Select(ImageAnswers.Summary)];
        return request.WriteJsonAsync(rows, DockerJson.Default.ImageSummaryArray);
    }

    internal Task InspectAsync(ApiRequest request) =>
        request.WriteJsonAsync(ImageAnswers.Inspect(engine.Images.Resolve(request.Value("name"))), DockerJson.Default.ImageInspect);

    internal Task HistoryAsync(ApiRequest request) =>
        request.WriteJsonAsync(ImageAnswers.History(engine.Images.Resolve(request.Value("name"))), DockerJson.Default.HistoryItemArray);

    internal Task TagAsync(ApiRequest request)
    {
        string repository =
            request.Query("repo") ?? throw new InvalidRequestException("invalid reference format: the parameter repo is missing");
        engine.Images.Tag(request.Value("name"), $"{repository}:{request.Query("tag") ?? ImageReference.DefaultTag}");
        return request.WriteStatusAsync(StatusCodes.Status201Created);
    }

    internal Task RemoveAsync(ApiRequest request)
    {
        ImageDeleteItem[] items = [.. engine.Images.Remove(request.Value("name"), request.Flag("force")).Select(ImageAnswers.Removal)];
        return request.WriteJsonAsync(items, DockerJson.Default.ImageDeleteItemArray);
    }

    private Func<StoredImage, bool> Predicate(string key, IReadOnlyList<string> values)
    {
        switch (key)
        {
            case "dangling":
                bool dangling = values.Any(value => value is "true" or "1");
                return image => (image.Tags.Count == 0) == dangling;
            case "label":
                return image => values.All(label => HasLabel(image, label));
            case "reference":
                return image => values.Any(pattern => image.Tags.Any(tag => Matches(tag, pattern)));
            case "before":
                DateTimeOffset? before = values.Select(name => engine.Images.Resolve(name).Config.Created).Min();
                return image => image.Config.Created < before;
            case "since":
                DateTimeOffset? since = values.Select(name => engine.Images.Resolve(name).Config.Created).Max();
                return image => image.Config.Created > since;
            default:
                DateTimeOffset? until = values.Select(DockerTime.Moment).Min();
                return image => image.Config.Created < until;
        }
    }

    private static bool Matches(ImageReference tag, string pattern) =>
        FileSystemName.MatchesSimpleExpression(pattern, tag.Familiar, ignoreCase: false)
        || FileSystemName.MatchesSimpleExpression(pattern, tag.FamiliarName, ignoreCase: false);

    private static bool HasLabel(StoredImage image, string label)
    {
        IReadOnlyDictionary<string, string>? labels = image.Config.Config?.Labels;
        int equals = label.IndexOf('=', StringComparison.Ordinal);
        return labels is not null
            && (equals < 0 ? labels.ContainsKey(label) : labels.GetValueOrDefault(label[..equals]) == label[(equals + 1)..]);
    }
}
