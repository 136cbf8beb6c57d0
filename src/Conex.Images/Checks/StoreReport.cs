namespace Conex.Images.Checks;

/// <summary>What a look through the store found.</summary>
/// <param name="Blobs">How many are sound.</param>
/// <param name="Layers">How many are sound.</param>
/// <param name="Images">How many are sound.</param>
public sealed record StoreReport(int Blobs, int Layers, int Images, IReadOnlyList<StoreFinding> Findings);
