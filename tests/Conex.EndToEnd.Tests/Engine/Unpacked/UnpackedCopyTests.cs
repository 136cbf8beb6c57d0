namespace Conex.EndToEnd.Tests.Engine.Unpacked;

/// <summary>The same with unpacked layers.</summary>
public sealed class UnpackedCopyTests(UnpackedHouse house) : CopyTests(house), IClassFixture<UnpackedHouse>;
