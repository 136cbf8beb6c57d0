namespace Conex.EndToEnd.Tests.Engine.Unpacked;

/// <summary>The same with unpacked layers.</summary>
public sealed class UnpackedLayerStackTests(UnpackedHouse house) : LayerStackTests(house), IClassFixture<UnpackedHouse>;
