using System.Globalization;
using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What is seen of a pull that takes its time, and what is left of one that was interrupted.</summary>
public sealed partial class PullProgressTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const int LayerSize = 3 << 20;
    private const int Slow = 1 << 20;
    private readonly Lazy<RegistryServer> registry = new(() => new RegistryServer());

    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose()
    {
        house.RequireClean();
        if (registry.IsValueCreated)
        {
            registry.Value.Dispose();
        }
    }

    [Fact]
    public void A_terminal_shows_of_each_layer_a_bar_with_speed_and_time_left_and_something_else_plain_lines()
    {
        using SlowRelay relay = Offer("bars:1");
        string app = $"{relay.Host}/bars:1";

        var terminal = new TerminalSession(house, $"$CONEX pull {app}");
        terminal.WaitFor("Status: Downloaded newer image");
        terminal.Finish().EndedWith(0);

        // Both layers, each in its own line that is written again in place.
        Assert.Equal(2, Bars().Matches(terminal.Screen).Select(bar => bar.Groups["layer"].Value).Distinct().Count());
        Assert.Contains("\u001b[2K", terminal.Screen, StringComparison.Ordinal);
        Match[] timed = [.. Bars().Matches(terminal.Screen).Where(bar => bar.Groups["left"].Success)];
        Assert.NotEmpty(timed);
        Assert.All(timed, bar => Assert.InRange(int.Parse(bar.Groups["left"].Value), 1, 30));
        house.Do("rmi", app).Succeeded();

        CommandResult plain = house.Do("pull", app).Succeeded();
        Assert.DoesNotContain('\u001b', plain.Output + plain.Error);
        Assert.DoesNotContain('\r', plain.Output + plain.Error);
        Assert.Equal(2, plain.Lines.Count(line => line.EndsWith(": Pull complete", StringComparison.Ordinal)));
        Assert.All(plain.Lines, line => Assert.DoesNotContain("[=", line, StringComparison.Ordinal));
        house.Do("rmi", app).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_docker_client_draws_its_bars(string docker)
    {
        using SlowRelay relay = Offer("drawn:1");
        string app = $"{relay.Host}/drawn:1";

        // In less than 110 columns it draws none.
        var terminal = new TerminalSession(house, $"stty cols 140; {docker} --host unix://{house.SocketPath} pull {app}");
        terminal.WaitFor("Status: Downloaded newer image");
        terminal.Finish().EndedWith(0);

        Assert.Equal(2, DockerBars().Matches(terminal.Screen).Select(bar => bar.Groups["layer"].Value).Distinct().Count());
        Assert.Contains(": Pull complete", terminal.Screen, StringComparison.Ordinal);
        house.Do("rmi", app).Succeeded();
    }

    [Theory]
    [InlineData("trap true INT; $CONEX pull {0}; echo code $?", "\u0003", "code 130")]
    [InlineData("$CONEX pull {0} & read x; kill -9 $!; wait $!; echo code $?", "\n", "code 137")]
    public void A_pull_whose_client_goes_leaves_beginnings_and_the_next_fetches_the_rest(string line, string key, string end)
    {
        using SlowRelay relay = Offer("cut:1");
        string app = $"{relay.Host}/cut:1";
        string[] before = Kept();
        var terminal = new TerminalSession(house, string.Format(CultureInfo.InvariantCulture, line, app));
        Eventually.True(() => Ingested() > LayerSize / 2, "half a layer has come");
        // However long the client takes to go, the layers do not become whole.
        relay.Speed = 2000;

        terminal.Type(key);
        terminal.WaitFor(end);
        terminal.Finish();

        Eventually.True(() => before.SequenceEqual(Kept()), "the engine gives up as well, and keeps nothing but beginnings");
        house.Do("image", "inspect", app).EndedWith(1);
        long begun = Ingested();
        Assert.InRange(begun, LayerSize / 2, (2 * LayerSize) - 1);
        long answered = relay.Answered;
        relay.Speed = null;

        house.Do("pull", app).Succeeded();

        Assert.InRange(relay.Answered - answered, 1, (2 * LayerSize) - begun + (200 << 10));
        Assert.Equal($"{LayerSize}", house.Ask("run", "--rm", "--network", "none", app, "sh", "-c", "wc -c < /one"));
        Assert.Equal(0, Ingested());
        house.Do("rmi", app).Succeeded();
    }

    /// <summary>An image in a slow registry, of busybox and two layers that nothing compresses; and nothing of it here.</summary>
    private SlowRelay Offer(string name)
    {
        string id = house.RunScript("head -c 3145728 /dev/urandom > /one");
        house.Do("wait", id).Succeeded();
        house.Do("commit", id, "half:1").Succeeded();
        string more = house.Ask("run", "-d", "--network", "none", "half:1", "sh", "-c", "head -c 3145728 /dev/urandom > /two");
        house.Do("wait", more).Succeeded();
        string there = $"{registry.Value.Host}/{name}";
        house.Do("commit", "-c", "CMD sh", more, there).Succeeded();
        house.Do("push", "-q", there).Succeeded();
        house.Do("rm", id, more).Succeeded();
        house.Do("rmi", there, "half:1").Succeeded();
        return new SlowRelay(registry.Value.Port, Slow);
    }

    private long Ingested() =>
        Directory.Exists($"{house.DataRoot}/content/ingest")
            ? new DirectoryInfo($"{house.DataRoot}/content/ingest").EnumerateFiles().Sum(file => file.Length)
            : 0;

    /// <summary>Everything in the store but beginnings.</summary>
    private string[] Kept() =>
        [
            .. house
                .Stored("content/blobs/sha256", "content/layers", "layers/sha256", "images", "images/tags", "tmp")
                .Order(StringComparer.Ordinal),
        ];

    [GeneratedRegex(@"(?<layer>[0-9a-f]{12}): Downloading \[=+ *\] [\d.]+[kM]B/3\.\d+MB(  [\d.]+[kM]B/s (?<left>\d+)s)?")]
    private static partial Regex Bars();

    [GeneratedRegex(@"(?<layer>[0-9a-f]{12}): Downloading[^\r\n]*\[=*>? *\]\s+[\d.]+[kM]B/3\.\d+MB")]
    private static partial Regex DockerBars();
}
