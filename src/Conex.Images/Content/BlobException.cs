namespace Conex.Images.Content;

/// <summary>Content is missing, or is not what its digest or size say.</summary>
public sealed class BlobException(string message) : Exception(message);
