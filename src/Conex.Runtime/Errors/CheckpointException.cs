namespace Conex.Runtime.Errors;

/// <summary>A container could not be written down or brought back; the message is a sentence for the user.</summary>
public sealed class CheckpointException(string message) : Exception(message);
