using Conex.Api.Routing;

namespace Conex.Api.Tests.Routing;

public sealed class RouteTableTests
{
    private static readonly RouteTable Routes = new RouteTable()
        .Add("GET", "/_ping", Nothing)
        .Add("GET", "/containers/json", Nothing)
        .Add("GET", "/containers/{id}/json", Nothing)
        .Add("DELETE", "/containers/{id}", Nothing)
        .Add("GET", "/images/json", Nothing)
        .Add("GET", "/images/{name*}/json", Nothing)
        .Add("*", "/swarm", Nothing)
        .Add("DELETE", "/images/{name*}", Nothing);

    [Theory]
    [InlineData("GET", "/_ping", null)]
    [InlineData("GET", "/v1.24/_ping", null)]
    [InlineData("GET", "/containers/json", null)]
    [InlineData("GET", "/v1.51/containers/web/json", "web")]
    [InlineData("DELETE", "/containers/web", "web")]
    [InlineData("GET", "/images/json", null)]
    [InlineData("GET", "/images/busybox/json", "busybox")]
    [InlineData("GET", "/images/localhost:5000/a/b:c/json", "localhost:5000/a/b:c")]
    [InlineData("GET", "/images/localhost%3A5000%2Fa/json", "localhost:5000/a")]
    [InlineData("DELETE", "/images/a/b", "a/b")]
    [InlineData("PATCH", "/swarm", null)]
    [InlineData("GET", "//containers//json", null)]
    public void A_path_leads_to_its_handler(string method, string path, string? value)
    {
        RouteMatch match = Routes.Match(method, path);

        Assert.NotNull(match.Handler);
        Assert.Equal(value, match.Values.Value);
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/containers")]
    [InlineData("POST", "/containers/json")]
    [InlineData("GET", "/containers/a/b/json")]
    [InlineData("GET", "/containers/a%2Fjson")]
    [InlineData("GET", "/images//json/x")]
    [InlineData("GET", "/vx/_ping")]
    [InlineData("GET", "/v1/_ping")]
    public void Other_paths_lead_nowhere(string method, string path) => Assert.Null(Routes.Match(method, path).Handler);

    [Theory]
    [InlineData("/_ping", "1.51")]
    [InlineData("/v1.43/_ping", "1.43")]
    [InlineData("/v1.99/_ping", "1.99")]
    [InlineData("/v2.0/_ping", "2.0")]
    public void The_version_is_the_paths_or_the_newest(string path, string version) =>
        Assert.Equal(version, Routes.Match("GET", path).Version.ToString());

    private static Task Nothing(ApiRequest request) => Task.CompletedTask;
}
