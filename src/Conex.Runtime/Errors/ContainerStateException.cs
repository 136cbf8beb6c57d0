namespace Conex.Runtime.Errors;

/// <summary>The container is not in the state that the operation needs, or there is none; the message is runc's where callers read it.</summary>
public sealed class ContainerStateException(string message) : Exception(message);
