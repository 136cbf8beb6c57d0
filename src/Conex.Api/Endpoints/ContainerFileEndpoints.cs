using Conex.Api.Routing;
using Conex.Api.Streaming;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.RootFilesystems;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Calls about the files of containers.</summary>
internal sealed class ContainerFileEndpoints
{
    private readonly ContainerEngine engine;

    private ContainerFileEndpoints(ContainerEngine engine) => this.engine = engine;

    internal static void Add(RouteTable routes, ContainerEngine engine)
    {
        var endpoints = new ContainerFileEndpoints(engine);
        routes
            .Add("GET", "/containers/{id}/export", endpoints.ExportAsync)
            .Add("GET", "/containers/{id}/changes", endpoints.ChangesAsync)
            .Add("HEAD", "/containers/{id}/archive", endpoints.StatAsync)
            .Add("GET", "/containers/{id}/archive", endpoints.CopyOutAsync)
            .Add("PUT", "/containers/{id}/archive", endpoints.CopyInAsync);
    }

    private async Task ExportAsync(ApiRequest request)
    {
        using ExportedRoot root = engine.Files.Export(request.Value("id"));
        await request.StartStreamAsync("application/octet-stream");
        await root.WriteAsync(request.Http.Response.Body, request.Aborted);
    }

    private async Task ChangesAsync(ApiRequest request)
    {
        string id = request.Value("id");
        var rows = new JsonRows<ContainerChange>(request, DockerJson.Default.ContainerChange);
        await rows.WriteAsync(add =>
            engine.Files.TellChanges(id, change => add(new ContainerChange { Path = change.Path, Kind = (int)change.Kind }))
        );
    }

    private async Task StatAsync(ApiRequest request)
    {
        PathStatus status = await engine.Files.StatusAsync(request.Value("id"), request.Query("path"), request.Aborted);
        Describe(request, status);
        await request.WriteStatusAsync(StatusCodes.Status200OK);
    }

    private async Task CopyOutAsync(ApiRequest request)
    {
        using CopiedPath path = await engine.Files.CopyOutAsync(request.Value("id"), request.Query("path"), request.Aborted);
        Describe(request, path.Status);
        await request.StartStreamAsync("application/x-tar");
        await path.WriteAsync(request.Http.Response.Body, request.Aborted);
    }

    private async Task CopyInAsync(ApiRequest request)
    {
        var options = new CopyOptions(KeepsKinds: request.Flag("noOverwriteDirNonDir"), OwnedByContainer: request.Flag("copyUIDGID"));
        await engine.Files.CopyInAsync(request.Value("id"), request.Query("path"), request.Http.Request.Body, options, request.Aborted);
        await request.WriteStatusAsync(StatusCodes.Status200OK);
    }

    private static void Describe(ApiRequest request, PathStatus status) =>
        request.Http.Response.Headers[ContainerPathStat.Header] = PathAnswers.From(status).ToHeader();
}
