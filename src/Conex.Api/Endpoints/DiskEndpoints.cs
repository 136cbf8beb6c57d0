using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Checks;
using Conex.Engine.Containers;
using Conex.Engine.Images;
using Conex.Images;
using Conex.Images.Checks;

namespace Conex.Api.Endpoints;

/// <summary>Calls that count and free what is on the disk.</summary>
internal sealed class DiskEndpoints
{
    private static readonly string[] PruneFilters = ["dangling", "until", "label", "label!"];

    private readonly ContainerEngine engine;

    private DiskEndpoints(ContainerEngine engine) => this.engine = engine;

    internal static void Add(RouteTable routes, ContainerEngine engine)
    {
        var endpoints = new DiskEndpoints(engine);
        routes
            .Add("GET", "/system/df", endpoints.UsageAsync)
            .Add("POST", "/images/prune", endpoints.PruneImagesAsync)
            .Add("POST", "/conex/check", endpoints.CheckAsync);
    }

    private Task UsageAsync(ApiRequest request)
    {
        IReadOnlyList<string> types = request.QueryAll("type");
        bool Wanted(string type) => types.Count == 0 || types.Contains(type, StringComparer.Ordinal);
        IReadOnlyList<StoredImage> images = engine.Images.List();
        var sharing = new LayerSharing(images);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var answer = new DiskUsageResponse
        {
            LayersSize = Wanted("image") ? sharing.Total : 0,
            Images = Wanted("image")
                ?
                [
                    .. images.Select(image =>
                        ImageAnswers.Summary(image) with
                        {
                            SharedSize = sharing.SharedSize(image),
                            Containers = engine.Images.UsersOf(image.Id).Count,
                        }
                    ),
                ]
                : [],
            Containers = Wanted("container")
                ?
                [
                    .. engine
                        .Containers.List(new ContainerFilter { All = true })
                        .Select(container =>
                        {
                            long written = WrittenSize.Of(container);
                            return ContainerAnswers.Summary(container, now) with
                            {
                                SizeRw = written,
                                SizeRootFs =
                                    written + (images.FirstOrDefault(one => one.Id.ToString() == container.Record.ImageId)?.Size ?? 0),
                            };
                        }),
                ]
                : [],
        };
        return request.WriteJsonAsync(answer, DockerJson.Default.DiskUsageResponse);
    }

    private async Task CheckAsync(ApiRequest request)
    {
        var options = new CheckOptions { Repair = request.Flag("repair"), Quick = request.Flag("quick") };
        SystemReport report = await engine.Checks.RunAsync(options, request.Aborted);
        await request.WriteJsonAsync(
            new SystemCheckResponse
            {
                Blobs = report.Store.Blobs,
                Layers = report.Store.Layers,
                Images = report.Store.Images,
                Containers = report.Containers,
                Findings =
                [
                    .. report.Findings.Select(finding => new CheckFinding
                    {
                        Problem = finding.Problem,
                        Help = finding.Help,
                        Repaired = finding.IsRepaired,
                    }),
                ],
            },
            DockerJson.Default.SystemCheckResponse
        );
    }

    private Task PruneImagesAsync(ApiRequest request)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = FilterQuery.Parse(request.Query("filters"), PruneFilters);
        bool all = filters.TryGetValue("dangling", out IReadOnlyList<string>? dangling) && !ImageFilters.Truth("dangling", dangling);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        IReadOnlyList<Func<StoredImage, bool>> predicates =
        [
            .. filters
                .Where(filter => filter.Key != "dangling")
                .Select(filter => ImageFilters.Predicate(engine, filter.Key, filter.Value, now)),
        ];
        PrunedImages pruned = ImagePrune.Run(engine.Images, all, image => predicates.All(fits => fits(image)));
        return request.WriteJsonAsync(
            new ImagesPruneResponse
            {
                ImagesDeleted = pruned.Removals.Count == 0 ? null : [.. pruned.Removals.Select(ImageAnswers.Removal)],
                SpaceReclaimed = pruned.Bytes,
            },
            DockerJson.Default.ImagesPruneResponse
        );
    }
}
