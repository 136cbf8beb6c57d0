using Conex.Api.Routing;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Engine.Images;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Images mounted on the host: this engine's own calls.</summary>
internal sealed class ImageMountEndpoints
{
    private const string Path = "/conex/image-mounts";
    private readonly ContainerEngine engine;

    private ImageMountEndpoints(ContainerEngine engine) => this.engine = engine;

    internal static void Add(RouteTable routes, ContainerEngine engine)
    {
        var endpoints = new ImageMountEndpoints(engine);
        routes.Add("GET", Path, endpoints.ListAsync).Add("POST", Path, endpoints.MountAsync).Add("DELETE", Path, endpoints.UnmountAsync);
    }

    private Task ListAsync(ApiRequest request) =>
        request.WriteJsonAsync([.. engine.ImageMounts.List().Select(Row)], DockerJson.Default.ImageMountArray);

    private Task MountAsync(ApiRequest request) =>
        request.WriteJsonAsync(Row(engine.ImageMounts.Mount(Image(request))), DockerJson.Default.ImageMount);

    private Task UnmountAsync(ApiRequest request)
    {
        engine.ImageMounts.Unmount(Image(request), request.Flag("force"));
        return request.WriteStatusAsync(StatusCodes.Status204NoContent);
    }

    private static string Image(ApiRequest request) => request.Query("image") ?? throw new InvalidRequestException("no image is named");

    private static ImageMount Row(MountedImage mounted) =>
        new()
        {
            Id = mounted.Id.ToString(),
            Names = [.. mounted.Names],
            Path = mounted.Path,
        };
}
