namespace Conex.Engine.Errors;

/// <summary>No container, exec, network or image has that name. The message is docker's sentence: <c>No such container: web</c>.</summary>
public sealed class NotFoundException(string message) : Exception(message);
