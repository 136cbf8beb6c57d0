using Conex.Api.Hosting;
using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Calls about the engine itself.</summary>
internal sealed class SystemEndpoints(ApiOptions options)
{
    internal Task PingAsync(ApiRequest request)
    {
        HttpResponse response = request.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers["Builder-Version"] = "1";
        response.Headers["Swarm"] = "inactive";
        response.Headers["Conex-Build"] = options.Build;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.ContentLength = HttpMethods.IsHead(request.Http.Request.Method) ? 0 : 2;
        return HttpMethods.IsHead(request.Http.Request.Method) ? Task.CompletedTask : response.WriteAsync("OK", request.Aborted);
    }

    internal Task VersionAsync(ApiRequest request) =>
        request.WriteJsonAsync(
            SystemAnswers.Version(options.Engine.Info, options.Version, options.Build),
            DockerJson.Default.VersionResponse
        );

    internal Task InfoAsync(ApiRequest request) =>
        request.WriteJsonAsync(
            SystemAnswers.Info(options.Engine.Info, options.Version, TimeProvider.System.GetUtcNow(), options.Engine.Events.Listeners),
            DockerJson.Default.InfoResponse
        );

    /// <summary>Answers first and leaves then: the client starts the other build as soon as the lock is free.</summary>
    internal Task HandOverAsync(ApiRequest request)
    {
        request.Http.Response.OnCompleted(() =>
        {
            options.OnHandover();
            return Task.CompletedTask;
        });
        return request.WriteStatusAsync(StatusCodes.Status204NoContent);
    }
}
