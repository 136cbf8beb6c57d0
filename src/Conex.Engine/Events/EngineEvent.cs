namespace Conex.Engine.Events;

/// <summary>Something happened to an object.</summary>
/// <param name="Type"><c>container</c> or <c>image</c>.</param>
/// <param name="Action"><c>create</c>, <c>start</c>, <c>die</c>, … as docker names them.</param>
/// <param name="ActorId">The object's ID.</param>
/// <param name="Attributes">Name, image, labels, exit code and the like.</param>
/// <param name="Time">When.</param>
public sealed record EngineEvent(
    string Type,
    string Action,
    string ActorId,
    IReadOnlyDictionary<string, string> Attributes,
    DateTimeOffset Time
);
