using Conex.Api.Hosting;
using Conex.Api.Routing;

namespace Conex.Api.Endpoints;

/// <summary>Everything the engine answers, as one table.</summary>
internal static class EndpointTable
{
    internal static RouteTable Build(ApiOptions options)
    {
        var system = new SystemEndpoints(options);
        var containers = new ContainerEndpoints(options.Engine);
        var streams = new ContainerStreamEndpoints(options.Engine);
        var execs = new ExecEndpoints(options.Engine);
        var images = new ImageEndpoints(options.Engine);
        var registries = new RegistryEndpoints(options.Engine);
        var transfers = new ImageTransferEndpoints(options.Engine, registries);
        RouteTable routes = new RouteTable()
            .Add("GET", "/_ping", system.PingAsync)
            .Add("HEAD", "/_ping", system.PingAsync)
            .Add("GET", "/version", system.VersionAsync)
            .Add("GET", "/info", system.InfoAsync)
            .Add("GET", "/events", new EventEndpoint(options.Engine).FollowAsync)
            .Add("POST", "/conex/handover", system.HandOverAsync)
            .Add("GET", "/containers/json", containers.ListAsync)
            .Add("POST", "/containers/create", containers.CreateAsync)
            .Add("GET", "/containers/{id}/json", containers.InspectAsync)
            .Add("GET", "/containers/{id}/top", containers.TopAsync)
            .Add("POST", "/containers/{id}/start", containers.StartAsync)
            .Add("POST", "/containers/{id}/stop", containers.StopAsync)
            .Add("POST", "/containers/{id}/restart", containers.RestartAsync)
            .Add("POST", "/containers/{id}/kill", containers.KillAsync)
            .Add("POST", "/containers/{id}/resize", containers.ResizeAsync)
            .Add("DELETE", "/containers/{id}", containers.RemoveAsync)
            .Add("POST", "/containers/{id}/wait", streams.WaitAsync)
            .Add("GET", "/containers/{id}/logs", streams.LogsAsync)
            .Add("POST", "/containers/{id}/attach", streams.AttachAsync)
            .Add("POST", "/containers/{id}/exec", execs.CreateAsync)
            .Add("POST", "/exec/{id}/start", execs.StartAsync)
            .Add("POST", "/exec/{id}/resize", execs.ResizeAsync)
            .Add("GET", "/exec/{id}/json", execs.InspectAsync)
            .Add("GET", "/images/json", images.ListAsync)
            .Add("POST", "/images/load", transfers.LoadAsync)
            .Add("POST", "/images/create", transfers.CreateAsync)
            .Add("POST", "/images/{name*}/push", registries.PushAsync)
            .Add("POST", "/auth", registries.LoginAsync)
            .Add("GET", "/distribution/{name*}/json", registries.DescribeAsync)
            .Add("GET", "/images/{name*}/json", images.InspectAsync)
            .Add("GET", "/images/{name*}/history", images.HistoryAsync)
            .Add("POST", "/images/{name*}/tag", images.TagAsync);
        ImageArchiveEndpoints.Add(routes, options.Engine);
        DiskEndpoints.Add(routes, options.Engine);
        CommitEndpoint.Add(routes, options.Engine);
        ContainerFileEndpoints.Add(routes, options.Engine);
        ImageMountEndpoints.Add(routes, options.Engine);
        ManifestEndpoints.Add(routes, options.Engine);
        SearchEndpoint.Add(routes, options.Engine);
        AbsentEndpoints.Add(routes);
        return routes.Add("DELETE", "/images/{name*}", images.RemoveAsync);
    }
}
