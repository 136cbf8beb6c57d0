using Conex.Images.Checks;

namespace Conex.Engine.Checks;

/// <summary>What a look through everything on the disk found.</summary>
/// <param name="Store">The images' part.</param>
/// <param name="Containers">How many are sound.</param>
/// <param name="Findings">All, the images' first.</param>
public sealed record SystemReport(StoreReport Store, int Containers, IReadOnlyList<StoreFinding> Findings);
