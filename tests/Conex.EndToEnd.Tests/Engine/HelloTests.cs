using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>The image that is always there.</summary>
public sealed class HelloTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void Run_hello_greets_and_shows_what_contains_it()
    {
        CommandResult result = house.Do("run", "--rm", "--network", "none", "hello").Succeeded();

        Assert.StartsWith("Hello from a Conex container", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("--memory", "64m")]
    [InlineData("--cap-drop", "ALL")]
    [InlineData("--network", "host")]
    [InlineData("--privileged", null)]
    [InlineData("--read-only", null)]
    public void Hello_shows_what_an_option_changes(string option, string? value)
    {
        string usual = house.Ask("run", "--rm", "--hostname", "h", "hello");

        string changed = house.Ask(["run", "--rm", "--hostname", "h", option, .. value is null ? [] : (string[])[value], "hello"]);

        Assert.NotEqual(usual, changed);
    }

    [Fact]
    public void An_ordinary_user_sees_the_limits_too()
    {
        string output = house.Ask("run", "--rm", "--user", "1000", "--memory", "64m", "--cpus", "0.5", "--pids-limit", "20", "hello");

        Assert.Contains("at most 64 MiB", output, StringComparison.Ordinal);
        Assert.Contains("at most 0.5 of", output, StringComparison.Ordinal);
        Assert.Contains("at most 20", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Hello_is_listed_as_an_image_and_comes_back_with_the_next_daemon()
    {
        Assert.Contains("hello:latest", house.Ask("images", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);

        house.Do("rmi", "hello").Succeeded();
        house.KillDaemon();

        Assert.StartsWith("Hello", house.Ask("run", "--rm", "hello"), StringComparison.Ordinal);
    }
}
