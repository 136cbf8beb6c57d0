using Conex.Api.Errors;
using Conex.Api.Routing;
using Conex.DockerApi.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conex.Api.Hosting;

/// <summary>Leads each request to its endpoint, and turns what goes wrong into an answer.</summary>
internal sealed class ApiDispatcher(ApiOptions options, RouteTable routes, ServerLife life)
{
    private readonly string server = $"Conex/{options.Version} (linux)";

    internal async Task DispatchAsync(HttpContext http)
    {
        using RequestCounter.Ticket ticket = life.Counter.Begin();
        IHeaderDictionary headers = http.Response.Headers;
        headers["Api-Version"] = ApiVersion.Newest.ToString();
        headers["Docker-Experimental"] = "false";
        headers["Ostype"] = "linux";
        headers.Server = server;
        await AnswerAsync(http, ticket);
    }

    private async Task AnswerAsync(HttpContext http, RequestCounter.Ticket ticket)
    {
        RouteMatch match = routes.Match(http.Request.Method, EncodedPath(http));
        if (match.Version > ApiVersion.Newest)
        {
            await FailAsync(
                http,
                ticket,
                StatusCodes.Status400BadRequest,
                $"client version {match.Version} is too new. Maximum supported API version is {ApiVersion.Newest}"
            );
            return;
        }

        if (match.Version < ApiVersion.Oldest)
        {
            await FailAsync(
                http,
                ticket,
                StatusCodes.Status400BadRequest,
                $"client version {match.Version} is too old. Minimum supported API version is {ApiVersion.Oldest}, "
                    + "please upgrade your client to a newer version"
            );
            return;
        }

        if (match.Handler is null)
        {
            await FailAsync(http, ticket, StatusCodes.Status404NotFound, "page not found");
            return;
        }

        try
        {
            await match.Handler(new ApiRequest(http, match.Values, match.Version, life, ticket));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || life.Leaving.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception error)
        {
            int status = ErrorTable.StatusOf(error);
            if (status == StatusCodes.Status500InternalServerError)
            {
                options.Log($"{http.Request.Method} {http.Request.Path}: {error}");
            }

            if (http.Response.HasStarted)
            {
                // The status is out; a cut connection is the only way left to say that the answer is not whole.
                http.Abort();
                return;
            }

            await FailAsync(http, ticket, status, error.Message);
        }
    }

    /// <summary>The path as it came, still encoded and without the query.</summary>
    private static string EncodedPath(HttpContext http)
    {
        string target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? http.Request.Path;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    private Task FailAsync(HttpContext http, RequestCounter.Ticket ticket, int status, string message)
    {
        http.Response.Headers.Remove("Content-Length");
        return new ApiRequest(http, RouteValues.None, ApiVersion.Newest, life, ticket).WriteJsonAsync(
            new ErrorResponse { Message = message },
            DockerJson.Default.ErrorResponse,
            status
        );
    }
}
