namespace Conex.Images;

/// <summary>No image has that name or ID, or an ID prefix fits several.</summary>
public sealed class ImageNotFoundException(string message) : Exception(message);
