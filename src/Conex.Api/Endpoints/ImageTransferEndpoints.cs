using Conex.Api.Routing;
using Conex.Api.Streaming;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Images;
using Conex.Images.Archives;

namespace Conex.Api.Endpoints;

/// <summary>Calls that bring images in: load, import. Their bodies are as large as images are.</summary>
internal sealed class ImageTransferEndpoints(ContainerEngine engine, RegistryEndpoints registries)
{
    internal Task LoadAsync(ApiRequest request)
    {
        bool quiet = request.Flag("quiet");
        var options = new LoadOptions { Platform = ImageRequests.Platform(request.Query("platform")) };
        var writer = new ProgressWriter(request);
        var progress = new DirectProgress(step => writer.Report(Message(step)));
        return writer.RunAsync(async () =>
        {
            IReadOnlyList<LoadedImage> images = await engine.Images.LoadAsync(
                request.Http.Request.Body,
                options,
                quiet ? null : progress,
                request.Aborted
            );
            return
            [
                .. images
                    .SelectMany(image => image.Replaced.Select(Renamed).Concat(image.Lines))
                    .Select(line => new JsonMessage { Stream = line + "\n" }),
            ];
        });
    }

    /// <summary>Docker's one path for two things: <c>fromSrc</c> imports a root filesystem, <c>fromImage</c> pulls an image.</summary>
    internal Task CreateAsync(ApiRequest request) =>
        request.Query("fromImage") is { } image ? registries.PullAsync(request, image)
        : request.Query("fromSrc") is { } source ? ImportAsync(request, source)
        : throw new InvalidRequestException("one of the parameters fromImage and fromSrc is needed");

    private Task ImportAsync(ApiRequest request, string source)
    {
        if (source != "-")
        {
            throw new NotAvailableException($"importing from a URL is not available: fetch {source} first and import the file");
        }

        var options = new ImportOptions
        {
            Reference = ImageRequests.NewName(request.Query("repo"), request.Query("tag")),
            Changes = request.QueryAll("changes"),
            Message = request.Query("message") ?? "Imported from -",
            Platform = ImageRequests.Platform(request.Query("platform")),
        };
        return new ProgressWriter(request).RunAsync(async () =>
        {
            StoredImage image = await engine.Images.ImportAsync(request.Http.Request.Body, options, request.Aborted);
            return [new JsonMessage { Status = image.Id.ToString() }];
        });
    }

    private static JsonMessage Message(LoadProgress step) =>
        new()
        {
            Status = step.Status,
            Id = step.Item,
            ProgressDetail = new ProgressDetail { Current = step.Current, Total = step.Total > 0 ? step.Total : null },
        };

    private static string Renamed(ReplacedTag tag) =>
        $"The image {tag.Reference.Familiar} already exists, renaming the old one with ID {tag.Former} to empty string";

    /// <summary>Reports in the caller's thread, so that the messages keep their order.</summary>
    private sealed class DirectProgress(Action<LoadProgress> report) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => report(value);
    }
}
