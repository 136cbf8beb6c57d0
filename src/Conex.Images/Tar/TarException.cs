namespace Conex.Images.Tar;

/// <summary>The bytes are no valid tar archive. The message says what is wrong, and at which entry where one is known.</summary>
public sealed class TarException(string message, Exception? cause = null) : Exception(message, cause);
