namespace Conex.Engine.Errors;

/// <summary>The object's present state does not allow the operation: a name in use, a container that runs or does not run.</summary>
public sealed class ConflictException(string message) : Exception(message);
