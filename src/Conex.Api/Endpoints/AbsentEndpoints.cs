using Conex.Api.Routing;
using Conex.DockerApi.Contracts;
using Conex.Engine.Errors;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Docker's calls that this engine does not carry out, each with the answer that clients understand.</summary>
internal static class AbsentEndpoints
{
    private const string NoSwarm =
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";

    private static readonly string[] Swarm = ["swarm", "nodes", "services", "tasks", "secrets", "configs"];

    private static readonly (string Method, string Template, string What)[] Known =
    [
        ("POST", "/build", "building images"),
        ("POST", "/build/prune", "building images"),
        ("POST", "/session", "building images with BuildKit"),
        ("POST", "/grpc", "building images with BuildKit"),
        ("POST", "/containers/prune", "pruning containers"),
        ("POST", "/containers/{id}/pause", "pausing containers"),
        ("POST", "/containers/{id}/unpause", "pausing containers"),
        ("POST", "/containers/{id}/rename", "renaming containers"),
        ("POST", "/containers/{id}/update", "updating containers"),
        ("GET", "/containers/{id}/stats", "statistics"),
        ("GET", "/containers/{id}/attach/ws", "attaching by websocket"),
        ("*", "/containers/{id}/checkpoints", "checkpoints"),
    ];

    internal static void Add(RouteTable routes)
    {
        foreach ((string method, string template, string what) in Known)
        {
            routes.Add(method, template, _ => throw new NotAvailableException($"{what} is not available in this engine yet"));
        }

        foreach (string path in Swarm)
        {
            routes.Add("*", $"/{path}", RefuseSwarmAsync).Add("*", $"/{path}/{{rest*}}", RefuseSwarmAsync);
        }

        routes.Add("GET", "/plugins", request => WriteTextAsync(request, "[]\n"));
    }

    private static Task RefuseSwarmAsync(ApiRequest request) =>
        request.WriteJsonAsync(
            new ErrorResponse { Message = NoSwarm },
            DockerJson.Default.ErrorResponse,
            StatusCodes.Status503ServiceUnavailable
        );

    private static Task WriteTextAsync(ApiRequest request, string json)
    {
        request.Http.Response.ContentType = "application/json";
        return request.Http.Response.WriteAsync(json, request.Aborted);
    }
}
