using System.Globalization;
using System.Text.RegularExpressions;
using Conex.Engine.Errors;
using Conex.Engine.Images;

namespace Conex.Engine.Containers;

/// <summary>A filter, understood, that says of each container whether it is shown.</summary>
internal sealed class ContainerFilterMatch
{
    private static readonly string[] States = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];

    // A pattern is the client's: it gets a moment, not the engine.
    private static readonly TimeSpan PatternPatience = TimeSpan.FromMilliseconds(100);

    private readonly List<Predicate<Container>> conditions = [];

    internal ContainerFilterMatch(ContainerFilter filter, ContainerIndex index, ImageService images)
    {
        foreach ((string key, IReadOnlyList<string> values) in filter.Filters)
        {
            if (values.Count > 0)
            {
                conditions.Add(Condition(key, values, index, images));
            }
        }
        ShowsAll = filter.All || filter.Limit > 0 || filter.Filters.ContainsKey("status");
    }

    private bool ShowsAll { get; }

    internal bool Fits(Container container) => (ShowsAll || container.State.IsRunning) && conditions.TrueForAll(one => one(container));

    private static Predicate<Container> Condition(string key, IReadOnlyList<string> values, ContainerIndex index, ImageService images)
    {
        switch (key)
        {
            case "id":
                return container => values.Any(id => container.Id.StartsWith(id, StringComparison.Ordinal));
            case "name":
                return Names(values);
            case "label":
                return container => values.All(label => HasLabel(container.Record.Configuration.Labels, label));
            case "label!":
                return container => !values.Any(label => HasLabel(container.Record.Configuration.Labels, label));
            case "status":
                Require(key, values, States);
                return container => values.Contains(container.State.Status.ToString(), StringComparer.OrdinalIgnoreCase);
            case "health":
                Require(key, values, ["none", "starting", "healthy", "unhealthy"]);
                return _ => values.Contains("none", StringComparer.Ordinal);
            case "exited":
                HashSet<int> codes = [.. values.Select(value => Number(key, value))];
                return container => container.State is { Status: ContainerStatus.Exited } state && codes.Contains(state.ExitCode);
            case "ancestor":
                HashSet<string> ids = new(values.Select(value => images.Find(value)?.Id.ToString() ?? value), StringComparer.Ordinal);
                return container => ids.Contains(container.Record.ImageId);
            case "before":
                DateTimeOffset before = values.Min(value => index.Find(value).Record.CreatedAt);
                return container => container.Record.CreatedAt < before;
            case "since":
                DateTimeOffset since = values.Max(value => index.Find(value).Record.CreatedAt);
                return container => container.Record.CreatedAt > since;
            case "network":
                return container => values.Contains(NetworkOf(container), StringComparer.Ordinal);
            case "volume":
                return container =>
                    ContainerView.Mounts(container.Record).Any(m => values.Contains(m.Source) || values.Contains(m.Destination));
            case "publish" or "expose":
                return container => container.Record.Configuration.ExposedPorts.Any(port => values.Any(value => IsPort(port, value)));
            case "is-task":
                return _ => !values.Contains("true", StringComparer.Ordinal);
            case "isolation":
                return _ => values.Contains("default", StringComparer.Ordinal);
            default:
                throw new InvalidRequestException($"invalid filter '{key}'");
        }
    }

    private static Predicate<Container> Names(IReadOnlyList<string> patterns)
    {
        List<Regex> names = [];
        foreach (string pattern in patterns)
        {
            try
            {
                names.Add(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, PatternPatience));
            }
            catch (ArgumentException)
            {
                throw new InvalidRequestException($"invalid filter 'name={pattern}'");
            }
        }
        // Docker's names have a slash in front; people write patterns with and without it.
        return container => names.Exists(name => name.IsMatch(container.Record.Name) || name.IsMatch($"/{container.Record.Name}"));
    }

    private static bool HasLabel(IReadOnlyDictionary<string, string> labels, string wanted)
    {
        int equals = wanted.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? labels.ContainsKey(wanted)
            : labels.TryGetValue(wanted[..equals], out string? value) && value.AsSpan().SequenceEqual(wanted.AsSpan(equals + 1));
    }

    private static string NetworkOf(Container container) =>
        container.Record.Configuration.Host.NetworkMode switch
        {
            "" or "default" => "bridge",
            var mode => mode,
        };

    private static bool IsPort(string port, string wanted) =>
        string.Equals(port, wanted, StringComparison.Ordinal) || string.Equals(port, $"{wanted}/tcp", StringComparison.Ordinal);

    private static int Number(string key, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidRequestException($"invalid filter '{key}={value}'");

    private static void Require(string key, IReadOnlyList<string> values, string[] possible)
    {
        foreach (string value in values)
        {
            if (!possible.Contains(value, StringComparer.Ordinal))
            {
                throw new InvalidRequestException($"invalid filter '{key}={value}'");
            }
        }
    }
}
