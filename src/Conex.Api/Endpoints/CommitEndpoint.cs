using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Engine.Images;
using Conex.Images;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Makes an image of a container. The request's body, a configuration, is what docker's client fills in from its own flags: null
/// since it sends them as changes.</summary>
internal static class CommitEndpoint
{
    internal static void Add(RouteTable routes, ContainerEngine engine) =>
        routes.Add("POST", "/commit", request => CommitAsync(engine, request));

    private static async Task CommitAsync(ContainerEngine engine, ApiRequest request)
    {
        string container =
            request.Query("container") ?? throw new InvalidRequestException("no container to commit: the parameter container is missing");
        StoredImage image = await engine.Commits.CommitAsync(
            container,
            new CommitRequest
            {
                Name = ImageRequests.NewName(request.Query("repo"), request.Query("tag")),
                Author = request.Query("author") ?? "",
                Message = request.Query("comment") ?? "",
                Changes = [.. request.QueryAll("changes").SelectMany(change => change.Split('\n', StringSplitOptions.RemoveEmptyEntries))],
                Pause = request.Flag("pause", whenAbsent: true),
            },
            request.Aborted
        );
        await request.WriteJsonAsync(
            new CommitResponse { Id = image.Id.ToString() },
            DockerJson.Default.CommitResponse,
            StatusCodes.Status201Created
        );
    }
}
