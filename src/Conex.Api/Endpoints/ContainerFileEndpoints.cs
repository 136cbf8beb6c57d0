using Conex.Api.Routing;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.RootFilesystems;

namespace Conex.Api.Endpoints;

/// <summary>Calls about the files of containers.</summary>
internal sealed class ContainerFileEndpoints
{
    private readonly ContainerEngine engine;

    private ContainerFileEndpoints(ContainerEngine engine) => this.engine = engine;

    internal static void Add(RouteTable routes, ContainerEngine engine)
    {
        var endpoints = new ContainerFileEndpoints(engine);
        routes.Add("GET", "/containers/{id}/export", endpoints.ExportAsync).Add("GET", "/containers/{id}/changes", endpoints.ChangesAsync);
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
        IReadOnlyList<FileChange> changes = await Task.Run(() => engine.Files.Changes(id), request.Aborted);
        ContainerChange[] rows = [.. changes.Select(change => new ContainerChange { Path = change.Path, Kind = (int)change.Kind })];
        await request.WriteJsonAsync(rows, DockerJson.Default.ContainerChangeArray);
    }
}
