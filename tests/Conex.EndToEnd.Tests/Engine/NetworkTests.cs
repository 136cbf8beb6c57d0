using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>The networks there are until bridges come.</summary>
public sealed class NetworkTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const string Interfaces = "ls /sys/class/net | sort | xargs";

    public void Dispose() => house.RequireClean();

    [Fact]
    public void None_is_loopback_only_and_up()
    {
        CommandResult result = house.Do(
            "run",
            "--rm",
            "--network",
            "none",
            "box",
            "sh",
            "-c",
            $"{Interfaces}; ping -c 1 127.0.0.1 > /dev/null && echo up"
        );

        Assert.Equal("lo\nup", result.Text);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void Host_is_the_hosts()
    {
        string host = string.Join(
            ' ',
            Directory.GetFileSystemEntries("/sys/class/net").Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );

        Assert.Equal(host, house.Ask("run", "--rm", "--network", "host", "box", "sh", "-c", Interfaces));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("bridge")]
    [InlineData(null)]
    public void The_default_network_is_accepted_with_a_warning(string? network)
    {
        CommandResult result = house.Do([
            "run",
            "--rm",
            .. network is null ? [] : (string[])["--network", network],
            "box",
            "sh",
            "-c",
            Interfaces,
        ]);

        Assert.Equal("lo", result.Text);
        Assert.Single(
            result.Error.TrimEnd('\n').Split('\n'),
            line => line.StartsWith("WARNING: network bridge is not available yet", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("-p", "8080:80")]
    [InlineData("-P", null)]
    public void Publishing_a_port_is_refused_with_its_reason(string option, string? value)
    {
        CommandResult result = house.Do(["run", "--rm", option, .. value is null ? [] : (string[])[value], "box", "true"]).EndedWith(125);

        Assert.Contains("port", result.Error, StringComparison.Ordinal);
        Assert.Empty(house.Ask("ps", "-aq"));
    }

    [Fact]
    public void An_unknown_network_is_one_sentence() =>
        Assert.Contains(
            "nowhere",
            house.Do("run", "--rm", "--network", "nowhere", "box", "true").EndedWith(125).Error,
            StringComparison.Ordinal
        );

    [Fact]
    public void Added_hosts_are_in_the_hosts_file() =>
        Assert.Contains("10.9.8.7\tdb", house.Shell("cat /etc/hosts", "--add-host", "db:10.9.8.7").Output, StringComparison.Ordinal);
}
