namespace Conex.Engine.Errors;

/// <summary>The request cannot be understood or carried out by anybody: a bad name, an unknown capability, an impossible limit.</summary>
public sealed class InvalidRequestException(string message) : Exception(message);
