using System.Globalization;
using Conex.Engine.Events;

namespace Conex.Engine.Containers;

/// <summary>What happens to containers, told with docker's attributes.</summary>
internal sealed class ContainerEvents(EventLog log)
{
    internal void Publish(Container container, string action, params ReadOnlySpan<(string Key, string Value)> more)
    {
        ContainerRecord record = container.Record;
        Dictionary<string, string> attributes = new(record.Configuration.Labels, StringComparer.Ordinal)
        {
            ["image"] = record.Configuration.Image,
            ["name"] = record.Name,
        };
        foreach ((string key, string value) in more)
        {
            attributes[key] = value;
        }
        log.Publish("container", action, record.Id, attributes);
    }

    internal void PublishDeath(Container container)
    {
        ContainerState state = container.State;
        if (state.OomKilled)
        {
            Publish(container, "oom");
        }
        double seconds = state is { StartedAt: { } start, FinishedAt: { } end } ? Math.Max((end - start).TotalSeconds, 0) : 0;
        Publish(
            container,
            "die",
            ("exitCode", state.ExitCode.ToString(CultureInfo.InvariantCulture)),
            ("execDuration", ((long)seconds).ToString(CultureInfo.InvariantCulture))
        );
    }
}
