using Conex.DockerApi.Contracts;
using Conex.Images;
using Conex.Oci.ImageSpec;

namespace Conex.Api.Translation;

/// <summary>Images as list, inspect and history show them.</summary>
internal static class ImageAnswers
{
    internal static ImageSummary Summary(StoredImage image) =>
        new()
        {
            Id = image.Id.ToString(),
            RepoTags = Tags(image),
            RepoDigests = Digests(image),
            Created = image.Config.Created?.ToUnixTimeSeconds() ?? 0,
            Size = image.Size,
            Labels = image.Config.Config?.Labels,
        };

    internal static ImageInspect Inspect(StoredImage image) =>
        new()
        {
            Id = image.Id.ToString(),
            RepoTags = Tags(image),
            RepoDigests = Digests(image),
            Comment = image.Config.History is { Count: > 0 } history ? history[^1].Comment ?? "" : "",
            Created = image.Config.Created is null ? "" : DockerTime.Text(image.Config.Created),
            Author = image.Config.Author ?? "",
            Config = Config(image.Config.Config ?? new ImageExecution()),
            Architecture = image.Config.Architecture,
            Variant = image.Config.Variant,
            Os = image.Config.Os,
            Size = image.Size,
            GraphDriver = new GraphDriver { Name = EngineNames.StorageDriver },
            RootFS = new ImageRootFS { Layers = [.. image.DiffIds.Select(layer => layer.ToString())] },
            Metadata = new ImageMetadata { LastTagTime = DockerTime.Text(image.RegisteredAt) },
        };

    /// <summary>The steps of an image's making, the newest first; the image's own ID stands at the newest.</summary>
    internal static HistoryItem[] History(StoredImage image)
    {
        IReadOnlyList<HistoryEntry> steps = image.Config.History ?? [];
        var items = new List<HistoryItem>();
        int layer = 0;
        foreach (HistoryEntry step in steps)
        {
            items.Add(
                new HistoryItem
                {
                    Id = "<missing>",
                    Created = step.Created?.ToUnixTimeSeconds() ?? 0,
                    CreatedBy = step.CreatedBy ?? "",
                    Size = !step.EmptyLayer && layer < image.Layers.Count ? image.Layers[layer++].ContentSize : 0,
                    Comment = step.Comment ?? "",
                }
            );
        }

        items.Reverse();
        if (items.Count > 0)
        {
            items[0] = items[0] with { Id = image.Id.ToString(), Tags = Tags(image) };
        }

        return [.. items];
    }

    internal static ImageDeleteItem Removal(ImageRemoval removal) => new() { Untagged = removal.Untagged, Deleted = removal.Deleted };

    /// <summary>The names of an image, or those that fit one of several patterns.</summary>
    internal static string[] Tags(StoredImage image, IReadOnlyList<string>? patterns) =>
        patterns is null ? Tags(image) : [.. image.Tags.Where(tag => ImageFilters.Matches(tag, patterns)).Select(tag => tag.Familiar)];

    internal static ImageLayerSummary[] Layers(StoredImage image) =>
        [.. image.Layers.Select(layer => new ImageLayerSummary { DiffId = layer.DiffId.ToString(), Size = layer.ContentSize })];

    private static string[] Tags(StoredImage image) => [.. image.Tags.Select(tag => tag.Familiar)];

    private static string[] Digests(StoredImage image) => [.. image.Digests.Select(name => name.Familiar)];

    private static ContainerConfig Config(ImageExecution config) =>
        new()
        {
            User = config.User ?? "",
            ExposedPorts = config.ExposedPorts is null ? null : Set(config.ExposedPorts),
            Env = Array(config.Env),
            Cmd = Array(config.Cmd),
            Healthcheck = config.Healthcheck is { } check
                ? new Healthcheck
                {
                    Test = Array(check.Test),
                    Interval = NullWhenZero(check.Interval),
                    Timeout = NullWhenZero(check.Timeout),
                    StartPeriod = NullWhenZero(check.StartPeriod),
                    StartInterval = NullWhenZero(check.StartInterval),
                    Retries = check.Retries == 0 ? null : check.Retries,
                }
                : null,
            Volumes = config.Volumes is null ? null : Set(config.Volumes),
            WorkingDir = config.WorkingDir ?? "",
            Entrypoint = Array(config.Entrypoint),
            OnBuild = Array(config.OnBuild),
            Labels = config.Labels,
            StopSignal = config.StopSignal,
            Shell = Array(config.Shell),
        };

    private static long? NullWhenZero(long value) => value == 0 ? null : value;

    private static string[]? Array(IReadOnlyList<string>? list) => list is null ? null : [.. list];

    private static Dictionary<string, EmptyObject> Set(IReadOnlyList<string> items) =>
        items.Distinct(StringComparer.Ordinal).ToDictionary(item => item, _ => EmptyObject.Instance, StringComparer.Ordinal);
}
