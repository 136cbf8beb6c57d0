namespace Conex.Images.Layers;

/// <summary>A layer cannot be unpacked: an entry is hostile or impossible, or the bytes are not those that were announced.</summary>
public sealed class LayerException(string message, Exception? cause = null) : Exception(message, cause);
