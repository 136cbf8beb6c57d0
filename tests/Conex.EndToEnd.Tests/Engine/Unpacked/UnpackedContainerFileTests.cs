namespace Conex.EndToEnd.Tests.Engine.Unpacked;

/// <summary>The same with unpacked layers.</summary>
public sealed class UnpackedContainerFileTests(UnpackedHouse house) : ContainerFileTests(house), IClassFixture<UnpackedHouse>
{
    private readonly UnpackedHouse house = house;

    [Fact]
    public void The_layers_of_this_house_are_unpacked() => Assert.Contains("Layers: unpacked", house.Ask("info"), StringComparison.Ordinal);
}
