namespace Conex.Runtime.Errors;

/// <summary>The container's configuration asks for something that is wrong or cannot be had; the message is a sentence for the user.</summary>
public sealed class InvalidSpecException(string message) : Exception(message);
