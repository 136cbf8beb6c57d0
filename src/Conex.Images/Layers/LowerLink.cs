namespace Conex.Images.Layers;

/// <summary>A hard link of a layer to a file that only a lower layer has: which that is depends on the image.</summary>
/// <param name="Path">The link, normalised, without symbolic links in its directories.</param>
/// <param name="Target">What it links to, in the layers below.</param>
internal sealed record LowerLink(byte[] Path, byte[] Target);
