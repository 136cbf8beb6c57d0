namespace Conex.Images;

/// <summary>The image is in use, or more than one name points to it.</summary>
public sealed class ImageConflictException(string message) : Exception(message);
