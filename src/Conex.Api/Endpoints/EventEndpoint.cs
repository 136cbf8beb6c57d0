using System.Text.Json;
using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Events;

namespace Conex.Api.Endpoints;

/// <summary><c>GET /events</c>: one JSON object a line, until the client leaves or the time comes.</summary>
internal sealed class EventEndpoint(ContainerEngine engine)
{
    private static readonly string[] Filters = ["type", "event", "container", "image", "label", "scope", "daemon"];

    internal async Task FollowAsync(ApiRequest request)
    {
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters = FilterQuery.Parse(request.Query("filters"), Filters);
        DateTimeOffset? since = DockerTime.Moment(request.Query("since"));
        DateTimeOffset? until = DockerTime.Moment(request.Query("until"));
        using CancellationTokenSource end = request.LinkEnd();
        IAsyncEnumerable<EngineEvent> events = engine.Events.Subscribe(since, until, end.Token);
        await request.StartStreamAsync("application/json");
        try
        {
            await foreach (EngineEvent one in events)
            {
                if (!Fits(one, filters))
                {
                    continue;
                }

                byte[] json = JsonSerializer.SerializeToUtf8Bytes(EventAnswers.Message(one), DockerJson.Default.EventMessage);
                await request.Http.Response.BodyWriter.WriteAsync((byte[])[.. json, (byte)'\n'], request.Aborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The client has left, or the daemon does.
        }
    }

    private static bool Fits(EngineEvent one, IReadOnlyDictionary<string, IReadOnlyList<string>> filters) =>
        filters.All(filter =>
            filter.Key switch
            {
                "type" => filter.Value.Contains(one.Type, StringComparer.Ordinal),
                "event" => filter.Value.Any(action =>
                    one.Action == action || one.Action.StartsWith(action + ":", StringComparison.Ordinal)
                ),
                "container" => one.Type == "container" && filter.Value.Any(name => Names(one, name)),
                "image" => filter.Value.Any(name => Names(one, name) || one.Attributes.GetValueOrDefault("image") == name),
                "label" => filter.Value.All(label => HasLabel(one, label)),
                _ => true,
            }
        );

    private static bool Names(EngineEvent one, string name) =>
        one.ActorId.StartsWith(name, StringComparison.Ordinal) || one.Attributes.GetValueOrDefault("name") == name;

    private static bool HasLabel(EngineEvent one, string label) =>
        label.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0
            ? one.Attributes.GetValueOrDefault(label[..equals]) == label[(equals + 1)..]
            : one.Attributes.ContainsKey(label);
}
