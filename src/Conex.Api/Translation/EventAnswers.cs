using Conex.DockerApi.Contracts;
using Conex.Engine.Events;

namespace Conex.Api.Translation;

/// <summary>Events as clients read them, with the members that clients before API 1.52 expect of containers.</summary>
internal static class EventAnswers
{
    internal static EventMessage Message(EngineEvent one)
    {
        bool isContainer = one.Type == "container";
        return new EventMessage
        {
            LegacyStatus = one.Action,
            LegacyId = one.ActorId,
            LegacyFrom = isContainer ? one.Attributes.GetValueOrDefault("image") : null,
            Type = one.Type,
            Action = one.Action,
            Actor = new EventActor { Id = one.ActorId, Attributes = one.Attributes },
            Time = one.Time.ToUnixTimeSeconds(),
            TimeNano = DockerTime.Nanoseconds(one.Time),
        };
    }
}
