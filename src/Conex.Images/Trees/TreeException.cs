namespace Conex.Images.Trees;

/// <summary>An archive cannot be written into a tree: an entry leads out of it, or would replace what may not be replaced.</summary>
public sealed class TreeException(string message) : Exception(message);
