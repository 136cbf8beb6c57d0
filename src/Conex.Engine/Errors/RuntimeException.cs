namespace Conex.Engine.Errors;

/// <summary><c>conex-runtime</c> could not do what it was asked for. The message is its own sentence.</summary>
public sealed class RuntimeException(string message) : Exception(message);
