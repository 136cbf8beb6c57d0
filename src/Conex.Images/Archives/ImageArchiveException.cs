namespace Conex.Images.Archives;

/// <summary>An archive, or an instruction for its import, is not what it should be. The message is one sentence for the user.</summary>
public sealed class ImageArchiveException(string message, Exception? cause = null) : Exception(message, cause);
