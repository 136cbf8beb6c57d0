using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Tests.Fixtures;

namespace Conex.Engine.Tests.Containers;

public sealed class ContainerListTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_choose_as_dockers_do()
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();
        string first = await house.CreateAsync("first", one => one with { Labels = Label("tier", "front") });
        (string second, _) = await house.RunAsync("second");
        (string third, FakeMonitor monitor) = await house.RunAsync("third", one => one with { Labels = Label("tier", "back") });
        monitor.Exit(3);
        await house.Containers.WaitAsync(third, WaitCondition.NotRunning, Cancellation);

        Assert.Equal([second], Ids(house, all: false));
        Assert.Equal([third, second, first], Ids(house, all: true));
        Assert.Equal([third], Ids(house, all: true, ("exited", "3")));
        Assert.Equal([third, first], Ids(house, all: true, ("label", "tier")));
        Assert.Equal([third], Ids(house, all: true, ("label", "tier=back")));
        Assert.Equal([first], Ids(house, all: false, ("status", "created")));
        Assert.Equal([third, second], Ids(house, all: true, ("name", "^(second|third)$")));
        Assert.Equal([first], Ids(house, all: true, ("id", first[..10])));
        Assert.Equal([third, second, first], Ids(house, all: true, ("ancestor", "box")));
        Assert.Equal([], Ids(house, all: true, ("ancestor", "nope")));
        Assert.Equal([third], Ids(house, all: true, ("since", "second")));
        Assert.Equal([first], Ids(house, all: true, ("before", second)));
        Assert.Equal([third, second, first], Ids(house, all: true, ("network", "none")));
        Assert.Equal([third], [.. house.Containers.List(new ContainerFilter { Limit = 1 }).Select(one => one.Id)]);
    }

    [Theory]
    [InlineData("nope", "x", "invalid filter 'nope'")]
    [InlineData("status", "x", "invalid filter 'status=x'")]
    [InlineData("exited", "x", "invalid filter 'exited=x'")]
    [InlineData("name", "(", "invalid filter 'name=('")]
    public async Task Bad_filters_are_refused(string key, string value, string message)
    {
        await using EngineHouse house = await EngineHouse.OpenAsync();

        Assert.Equal(message, Assert.Throws<InvalidRequestException>(() => Ids(house, all: true, (key, value))).Message);
    }

    private static Dictionary<string, string> Label(string key, string value) => new(StringComparer.Ordinal) { [key] = value };

    private static string[] Ids(EngineHouse house, bool all, params (string Key, string Value)[] filters) =>
        [
            .. house
                .Containers.List(
                    new ContainerFilter
                    {
                        All = all,
                        Filters = filters.ToDictionary(one => one.Key, IReadOnlyList<string> (one) => [one.Value], StringComparer.Ordinal),
                    }
                )
                .Select(container => container.Id),
        ];
}
