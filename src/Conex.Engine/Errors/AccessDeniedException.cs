namespace Conex.Engine.Errors;

/// <summary>A registry does not accept the user.</summary>
public sealed class AccessDeniedException(string message) : Exception(message);
