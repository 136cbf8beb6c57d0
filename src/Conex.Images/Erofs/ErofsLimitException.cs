namespace Conex.Images.Erofs;

/// <summary>A tree that no image of this format can hold in reasonable size: a device of 2 TiB, or a sparse file in pieces too far apart.</summary>
internal sealed class ErofsLimitException(string message) : Exception(message);
