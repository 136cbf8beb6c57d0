using System.Globalization;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>system df</c>: what images and containers take on the disk.</summary>
internal static class DiskUsageCommand
{
    private static readonly string[] Columns = ["Type", "TotalCount", "Active", "Size", "Reclaimable"];

    private static readonly (string, string)[] Headings =
    [
        ("Type", "TYPE"),
        ("TotalCount", "TOTAL"),
        ("Active", "ACTIVE"),
        ("Size", "SIZE"),
        ("Reclaimable", "RECLAIMABLE"),
    ];

    internal static Command Describe() =>
        new()
        {
            Name = "df",
            Description = "Show disk usage",
            Usage = "[OPTIONS]",
            Options = static () =>
                new OptionTable()
                    .Text("format", "string", FormatHelp.Table)
                    .Flag("verbose", 'v', "Show detailed information on space usage"),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var format = options.Text("format");
        if (options.Flag("verbose") && !string.IsNullOrEmpty(format))
            throw new CommandException("--verbose cannot be used together with --format");
        DiskUsageResponse usage;
        using (var client = Engine.Connect(options))
            usage = client.System.DiskUsage();
        Print.Out(options.Flag("verbose") ? Details(usage) : Summary(usage).Text(format, Columns));
        return 0;
    }

    private static Listing Summary(DiskUsageResponse usage)
    {
        var listing = new Listing(Headings);
        var used = Array.FindAll(usage.Images, static image => image.Containers != 0);
        // What images in use have for themselves stays; of shared layers docker counts all as reclaimable, and so do we.
        var kept = Sum(used, static image => image.Size - Math.Max(0, image.SharedSize));
        Add(listing, "Images", usage.Images.Length, used.Length, usage.LayersSize, usage.LayersSize - kept);
        var running = Array.FindAll(usage.Containers, static container => container.State is "running" or "paused" or "restarting");
        var written = Sum(usage.Containers, static container => container.SizeRw ?? 0);
        var live = Sum(running, static container => container.SizeRw ?? 0);
        Add(listing, "Containers", usage.Containers.Length, running.Length, written, written - live);
        Add(listing, "Local Volumes", usage.Volumes.Length, 0, 0, 0);
        Add(listing, "Build Cache", usage.BuildCache.Length, 0, 0, 0);
        return listing;
    }

    private static void Add(Listing listing, string type, int total, int active, long size, long reclaimable)
    {
        var share = size > 0 ? $" ({reclaimable * 100 / size}%)" : "";
        listing.Add(type, Number(total), Number(active), SizeText.Decimal(size), SizeText.Decimal(reclaimable) + share);
    }

    private static string Details(DiskUsageResponse usage)
    {
        var now = DateTimeOffset.UtcNow;
        var images = new Columns();
        images.Add("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS");
        foreach (var image in usage.Images)
        {
            foreach (var name in image.RepoTags.Length > 0 ? image.RepoTags : ["<none>:<none>"])
            {
                var (repository, tag) = ImageName.Split(name);
                images.Add(
                    repository,
                    tag ?? "<none>",
                    ShortId.Of(image.Id),
                    image.Created <= 0 ? "N/A" : Since(now, image.Created),
                    SizeText.Decimal(image.Size),
                    SizeText.Decimal(image.SharedSize),
                    SizeText.Decimal(image.Size - image.SharedSize),
                    Number(image.Containers)
                );
            }
        }
        var containers = new Columns();
        containers.Add("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES");
        foreach (var container in usage.Containers)
        {
            containers.Add(
                ShortId.Of(container.Id),
                ShortId.OfImage(container.Image, container.ImageId, whole: false),
                $"\"{(container.Command.Length > 20 ? container.Command[..19] + "…" : container.Command)}\"",
                "0",
                SizeText.Decimal(container.SizeRw ?? 0),
                Since(now, container.Created),
                container.Status,
                string.Join(',', Array.ConvertAll(container.Names, static name => name.TrimStart('/')))
            );
        }
        return $"Images space usage:\n\n{images}\nContainers space usage:\n\n{containers}\n"
            + "Local Volumes space usage:\n\nVOLUME NAME   LINKS     SIZE\n\nBuild cache usage: 0B\n\nCACHE ID   CACHE TYPE   SIZE      CREATED   LAST USED   USAGE     SHARED\n";
    }

    private static string Since(DateTimeOffset now, long seconds) =>
        Elapsed.InWords(now - DateTimeOffset.FromUnixTimeSeconds(seconds)) + " ago";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Sum<T>(T[] items, Func<T, long> size)
    {
        long sum = 0;
        foreach (var item in items)
            sum += size(item);
        return sum;
    }
}
