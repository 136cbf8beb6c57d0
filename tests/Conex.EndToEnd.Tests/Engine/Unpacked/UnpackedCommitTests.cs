namespace Conex.EndToEnd.Tests.Engine.Unpacked;

/// <summary>The same with unpacked layers.</summary>
public sealed class UnpackedCommitTests(UnpackedHouse house) : CommitTests(house), IClassFixture<UnpackedHouse>;
