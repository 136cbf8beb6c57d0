using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Processes;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Calls that make, change, show and remove containers. A change that has begun is finished even when its client leaves.</summary>
internal sealed class ContainerEndpoints(ContainerEngine engine)
{
    private static readonly string[] Filters =
    [
        "id",
        "name",
        "label",
        "status",
        "ancestor",
        "exited",
        "before",
        "since",
        "network",
        "volume",
        "health",
        "publish",
        "expose",
        "is-task",
        "isolation",
    ];

    internal async Task CreateAsync(ApiRequest request)
    {
        ContainerCreateRequest body = await request.ReadJsonAsync(DockerJson.Tolerant.ContainerCreateRequest);
        CreatedContainer created = await engine.Containers.CreateAsync(request.Query("name"), CreateRequests.ToEngine(body));
        await request.WriteJsonAsync(
            new ContainerCreateResponse { Id = created.Id, Warnings = [.. created.Warnings, .. CreateRequests.Warnings(body)] },
            DockerJson.Default.ContainerCreateResponse,
            StatusCodes.Status201Created
        );
    }

    internal Task ListAsync(ApiRequest request)
    {
        var filter = new ContainerFilter
        {
            All = request.Flag("all"),
            Limit = request.Integer("limit") is > 0 and var limit ? limit : 0,
            Filters = FilterQuery.Parse(request.Query("filters"), Filters),
        };
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        ContainerSummary[] rows = [.. engine.Containers.List(filter).Select(container => ContainerAnswers.Summary(container, now))];
        return request.WriteJsonAsync(rows, DockerJson.Default.ContainerSummaryArray);
    }

    internal Task InspectAsync(ApiRequest request) =>
        request.WriteJsonAsync(
            ContainerAnswers.Inspect(engine.Containers.Inspect(request.Value("id"))),
            DockerJson.Default.ContainerInspect
        );

    internal async Task TopAsync(ApiRequest request)
    {
        ProcessTable table = await engine.Containers.TopAsync(request.Value("id"), request.Query("ps_args"), request.Aborted);
        await request.WriteJsonAsync(
            new TopResponse { Titles = [.. table.Titles], Processes = [.. table.Rows.Select(row => row.ToArray())] },
            DockerJson.Default.TopResponse
        );
    }

    internal async Task StartAsync(ApiRequest request)
    {
        bool started = await engine.Containers.StartAsync(request.Value("id"));
        await request.WriteStatusAsync(started ? StatusCodes.Status204NoContent : StatusCodes.Status304NotModified);
    }

    internal async Task StopAsync(ApiRequest request)
    {
        bool stopped = await engine.Containers.StopAsync(request.Value("id"), request.Integer("t"), request.Query("signal"));
        await request.WriteStatusAsync(stopped ? StatusCodes.Status204NoContent : StatusCodes.Status304NotModified);
    }

    internal async Task RestartAsync(ApiRequest request)
    {
        string id = engine.Containers.Inspect(request.Value("id")).Id;
        await engine.Containers.StopAsync(id, request.Integer("t"), request.Query("signal"));
        await engine.Containers.StartAsync(id);
        await request.WriteStatusAsync(StatusCodes.Status204NoContent);
    }

    internal async Task KillAsync(ApiRequest request)
    {
        await engine.Containers.KillAsync(request.Value("id"), request.Query("signal"));
        await request.WriteStatusAsync(StatusCodes.Status204NoContent);
    }

    internal async Task ResizeAsync(ApiRequest request)
    {
        await engine.Containers.ResizeAsync(request.Value("id"), Size(request));
        await request.WriteStatusAsync(StatusCodes.Status200OK);
    }

    internal async Task RemoveAsync(ApiRequest request)
    {
        if (request.Flag("link"))
        {
            throw new NotAvailableException("links are not available in this engine: attach the containers to one network instead");
        }

        await engine.Containers.RemoveAsync(request.Value("id"), request.Flag("force"));
        await request.WriteStatusAsync(StatusCodes.Status204NoContent);
    }

    /// <summary>The size that a resize asks for.</summary>
    internal static TerminalSize Size(ApiRequest request) =>
        request.Integer("h") is { } rows and >= 0 && request.Integer("w") is { } columns and >= 0
            ? new TerminalSize(rows, columns)
            : throw new InvalidRequestException("a terminal's size needs the numbers h (rows) and w (columns)");
}
