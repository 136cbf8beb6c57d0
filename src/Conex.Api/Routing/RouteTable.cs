namespace Conex.Api.Routing;

/// <summary>Answers a request.</summary>
internal delegate Task ApiHandler(ApiRequest request);

/// <summary>All paths the engine answers, with an optional version before them (<c>/v1.43/containers/json</c>).</summary>
internal sealed class RouteTable
{
    private readonly Dictionary<string, List<Route>> routes = new(StringComparer.Ordinal);

    /// <summary>Adds a handler. Templates are tried in the order in which they were added.</summary>
    internal RouteTable Add(string method, string template, ApiHandler handler)
    {
        string first = template.Split('/')[1];
        if (!routes.TryGetValue(first, out List<Route>? list))
        {
            routes[first] = list = [];
        }

        list.Add(new Route(method, new RouteTemplate(template), handler));
        return this;
    }

    /// <summary>Finds the handler of a path that is still percent-encoded, so that an encoded slash stays within its segment.</summary>
    internal RouteMatch Match(string method, string path)
    {
        string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        ReadOnlySpan<string> rest = segments;
        ApiVersion version = ApiVersion.Newest;
        if (rest.Length > 0 && rest[0] is ['v', >= '0' and <= '9', ..] && ApiVersion.TryParse(rest[0].AsSpan(1), out version))
        {
            rest = rest[1..];
        }
        else
        {
            version = ApiVersion.Newest;
        }

        foreach (ref string segment in segments.AsSpan())
        {
            segment = Uri.UnescapeDataString(segment);
        }

        if (rest.Length > 0 && routes.TryGetValue(rest[0], out List<Route>? list))
        {
            foreach (Route route in list)
            {
                if ((route.Method == method || route.Method == "*") && route.Template.Match(rest) is { } values)
                {
                    return new RouteMatch(route.Handler, values, version);
                }
            }
        }

        return new RouteMatch(null, RouteValues.None, version);
    }

    private sealed record Route(string Method, RouteTemplate Template, ApiHandler Handler);
}

/// <summary>What a path leads to.</summary>
/// <param name="Handler">Null when there is no such path.</param>
/// <param name="Values">The variable part.</param>
/// <param name="Version">The version that the client asked for.</param>
internal readonly record struct RouteMatch(ApiHandler? Handler, RouteValues Values, ApiVersion Version);
