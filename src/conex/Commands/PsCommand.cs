using System.Globalization;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.CommandLine.Values;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>ps</c>: the list of containers.</summary>
internal static class PsCommand
{
    private const int LongestCommand = 20;

    private static readonly string[] Columns = ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"];

    private static readonly (string, string)[] Headings =
    [
        ("ID", "CONTAINER ID"),
        ("Image", "IMAGE"),
        ("Command", "COMMAND"),
        ("RunningFor", "CREATED"),
        ("CreatedAt", "CREATED AT"),
        ("Status", "STATUS"),
        ("State", "STATE"),
        ("Ports", "PORTS"),
        ("Names", "NAMES"),
        ("Size", "SIZE"),
        ("Labels", "LABELS"),
        ("Mounts", "MOUNTS"),
        ("LocalVolumes", "LOCAL VOLUMES"),
        ("Networks", "NETWORKS"),
    ];

    internal static Command Describe(string name, string section = "Commands", params string[] aliases) =>
        new()
        {
            Name = name,
            Aliases = aliases,
            Description = "List containers",
            Usage = "[OPTIONS]",
            Paths = ["container ls", "container list", "container ps", "ps"],
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Flag("all", 'a', "Show all containers (default shows just running)")
                    .List("filter", 'f', "filter", "Filter output based on conditions provided", check: FilterOptions.Complaint)
                    .Text("format", "string", FormatHelp.Table)
                    .Integer("last", 'n', "int", "Show n last created containers (includes all states)", "-1")
                    .Flag("latest", 'l', "Show the latest created container (includes all states)")
                    .Flag("no-trunc", "Don't truncate output")
                    .Flag("quiet", 'q', "Only display container IDs")
                    .Flag("size", 's', "Display total file sizes"),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var limit = options.Flag("latest") ? 1 : options.Integer("last") ?? -1;
        var size = options.Flag("size");
        var whole = options.Flag("no-trunc");
        ContainerSummary[] containers;
        using (var client = Engine.Connect(options))
            containers = client.Containers.List(
                options.Flag("all") || limit > 0,
                (int)Math.Clamp(limit, 0, int.MaxValue),
                size,
                FilterOptions.Parse(options.List("filter"))
            );
        if (options.Flag("quiet") && options.Text("format") is null)
        {
            foreach (var container in containers)
                Print.Line(ShortId.Of(container.Id, whole));
            return 0;
        }
        var listing = new Listing(Headings);
        var now = DateTimeOffset.UtcNow;
        var format = options.Text("format");
        foreach (var container in containers)
            listing.Add(Row(container, now, whole, withTimes: format is not null));
        Print.Out(listing.Text(format, size ? [.. Columns, "Size"] : Columns));
        return 0;
    }

    private static string[] Row(ContainerSummary container, DateTimeOffset now, bool whole, bool withTimes)
    {
        // An engine may leave out what is empty.
        var mounts = container.Mounts ?? [];
        return
        [
            ShortId.Of(container.Id, whole),
            ShortId.OfImage(container.Image, container.ImageId, whole),
            QuotedText.Of(whole ? container.Command : Shortened(container.Command)),
            Elapsed.InWords(now - DateTimeOffset.FromUnixTimeSeconds(container.Created)) + " ago",
            withTimes ? LocalTime.Text(container.Created) : "",
            container.Status,
            container.State,
            PortList.Text(container.Ports ?? []),
            string.Join(',', Array.ConvertAll(container.Names ?? [], static name => name.TrimStart('/'))),
            SizeColumn(container),
            string.Join(',', Lines(container.Labels)),
            string.Join(',', Array.ConvertAll(mounts, mount => Mount(mount, whole))),
            Array.FindAll(mounts, static mount => mount.Type == "volume").Length.ToString(CultureInfo.InvariantCulture),
            string.Join(',', container.NetworkSettings?.Networks?.Keys ?? []),
        ];
    }

    private static string Mount(MountPoint mount, bool whole)
    {
        var name = mount.Name is { Length: > 0 } volume ? volume : mount.Source;
        return whole ? name : Shortened(name, 15);
    }

    private static string SizeColumn(ContainerSummary container)
    {
        var written = SizeText.Decimal(container.SizeRw ?? 0);
        return container.SizeRootFs is > 0 ? $"{written} (virtual {SizeText.Decimal(container.SizeRootFs.Value)})" : written;
    }

    private static List<string> Lines(IReadOnlyDictionary<string, string>? labels)
    {
        var lines = new List<string>();
        foreach (var (name, value) in labels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            lines.Add($"{name}={value}");
        return lines;
    }

    private static string Shortened(string text, int longest = LongestCommand) =>
        text.Length <= longest ? text : text[..(longest - 1)] + "…";
}
