namespace Conex.Images.Registries;

/// <summary>What happens in a pull or push, in docker's words.</summary>
/// <param name="Id">The short digest of a layer, or a tag; empty for the image as a whole.</param>
/// <param name="Status"><c>Downloading</c>, <c>Pull complete</c>, …</param>
/// <param name="Current">Bytes so far; null where the step is none of bytes.</param>
/// <param name="Total">Bytes in all.</param>
public sealed record TransferStep(string Id, string Status, long? Current = null, long? Total = null);
