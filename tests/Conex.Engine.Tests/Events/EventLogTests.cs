using Conex.Engine.Events;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Events;

public sealed class EventLogTests
{
    private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);

    [Fact]
    public async Task A_life_is_told_in_order()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        IAsyncEnumerable<EngineEvent> events = house.Engine.Events.Subscribe(null, null, TestContext.Current.CancellationToken);
        (string id, FakeMonitor monitor) = await house.RunAsync("web", EngineHouse.AutoRemoved);
        monitor.Exit(2, oom: true);

        List<EngineEvent> told = await events.Take(5).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["create", "start", "oom", "die", "destroy"], told.Select(one => one.Action));
        Assert.All(told, one => Assert.Equal(id, one.ActorId));
        Assert.Equal("web", told[3].Attributes["name"]);
        Assert.Equal("2", told[3].Attributes["exitCode"]);
        Assert.Equal("box", told[3].Attributes["kind"]);
    }

    [Fact]
    public async Task The_past_is_remembered_to_256_events()
    {
        var log = new EventLog(TimeProvider.System);
        for (int i = 0; i < 300; i++)
        {
            log.Publish("image", $"tag{i}", "id", None);
        }

        List<EngineEvent> past = await log.Subscribe(
                DateTimeOffset.UnixEpoch,
                TimeProvider.System.GetUtcNow(),
                TestContext.Current.CancellationToken
            )
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(256, past.Count);
        Assert.Equal("tag44", past[0].Action);
        Assert.Equal(0, log.Listeners);
    }

    [Fact]
    public async Task Listening_begins_at_the_call()
    {
        var log = new EventLog(TimeProvider.System);
        IAsyncEnumerable<EngineEvent> events = log.Subscribe(null, null, TestContext.Current.CancellationToken);

        log.Publish("image", "tag", "id", None);

        Assert.Equal("tag", (await events.FirstAsync(TestContext.Current.CancellationToken)).Action);
    }
}
