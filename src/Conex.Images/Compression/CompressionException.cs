namespace Conex.Images.Compression;

/// <summary>Compressed data is damaged, cut off, or expands beyond all measure.</summary>
public sealed class CompressionException(string message, Exception? cause = null) : Exception(message, cause);
