namespace Conex.Engine.Errors;

/// <summary>The request is sound, but this engine does not do it. The message says what to do instead.</summary>
public sealed class NotAvailableException(string message) : Exception(message);
