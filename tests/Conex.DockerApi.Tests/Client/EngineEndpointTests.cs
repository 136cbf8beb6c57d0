using Conex.DockerApi.Client;

namespace Conex.DockerApi.Tests.Client;

public sealed class EngineEndpointTests
{
    [Theory]
    [InlineData("unix:///a/b.sock", "/a/b.sock")]
    [InlineData("/a/b.sock", "/a/b.sock")]
    public void A_unix_socket_is_an_address(string address, string path) => Assert.Equal(path, EngineEndpoint.Parse(address).SocketPath);

    [Theory]
    [InlineData("tcp://1.2.3.4:2375", "TCP")]
    [InlineData("ssh://host", "ssh tunnel")]
    [InlineData("unix://", "no address")]
    [InlineData("banana", "no address")]
    public void Other_addresses_are_refused_with_advice(string address, string advice) =>
        Assert.Contains(advice, Assert.Throws<FormatException>(() => EngineEndpoint.Parse(address)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_option_wins_over_CONEX_HOST_and_that_over_DOCKER_HOST()
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["CONEX_HOST"] = "unix:///conex",
            ["DOCKER_HOST"] = "unix:///docker",
        };

        Assert.Equal("/option", Resolve("unix:///option", 0, environment).SocketPath);
        Assert.Equal("/conex", Resolve(null, 0, environment).SocketPath);
        environment["CONEX_HOST"] = "";
        Assert.Equal("/docker", Resolve(null, 0, environment).SocketPath);
        Assert.False(Resolve(null, 0, environment).IsDefault);
    }

    [Fact]
    public void Without_an_address_it_is_the_users_own_engine()
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal);

        Assert.Equal(new EngineEndpoint("/run/conex/conex.sock", IsDefault: true), Resolve(null, 0, environment));
        Assert.Equal("/run/user/1000/conex/conex.sock", Resolve(null, 1000, environment).SocketPath);
        environment["XDG_RUNTIME_DIR"] = "/tmp/x";
        Assert.Equal("/tmp/x/conex/conex.sock", Resolve(null, 1000, environment).SocketPath);
        environment["CONEX_RUN_ROOT"] = "/elsewhere";
        Assert.Equal("/elsewhere/conex.sock", Resolve(null, 0, environment).SocketPath);
    }

    private static EngineEndpoint Resolve(string? host, uint user, Dictionary<string, string?> environment) =>
        EngineEndpoint.Resolve(host, user, name => environment.GetValueOrDefault(name));
}
