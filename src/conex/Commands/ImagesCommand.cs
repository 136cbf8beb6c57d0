using System.Globalization;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>images</c>: the list of images, one row for each name.</summary>
internal static class ImagesCommand
{
    private const string None = "<none>";

    private static readonly string[] Columns = ["Repository", "Tag", "ID", "CreatedSince", "Size"];
    private static readonly string[] ColumnsWithDigests = ["Repository", "Tag", "Digest", "ID", "CreatedSince", "Size"];

    private static readonly (string, string)[] Headings =
    [
        ("Repository", "REPOSITORY"),
        ("Tag", "TAG"),
        ("Digest", "DIGEST"),
        ("ID", "IMAGE ID"),
        ("CreatedSince", "CREATED"),
        ("CreatedAt", "CREATED AT"),
        ("Size", "SIZE"),
        ("Containers", "CONTAINERS"),
    ];

    internal static Command Describe(string name, string section = "Commands", params string[] aliases) =>
        new()
        {
            Name = name,
            Aliases = aliases,
            Description = "List images",
            Usage = "[OPTIONS] [REPOSITORY[:TAG]]",
            Paths = ["image ls", "image list", "images"],
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Flag("all", 'a', "Show all images (default hides intermediate images)")
                    .Flag("digests", "Show digests")
                    .List("filter", 'f', "filter", "Filter output based on conditions provided", check: FilterOptions.Complaint)
                    .Text("format", "string", FormatHelp.Table)
                    .Flag("no-trunc", "Don't truncate output")
                    .Flag("quiet", 'q', "Only show image IDs")
                    .Flag("tree", "Show the layers as a tree: what images share stands once"),
            Arguments = ArgumentCount.AtMost(1),
            Completes = CompletionSource.Images,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var filters = FilterOptions.Parse(options.List("filter"));
        if (options.Arguments is [var name])
            filters = (filters ?? new Filters()).Add("reference", name);
        ImageSummary[] images;
        if (options.Flag("tree"))
        {
            if (options.Text("format") is not null || options.Flag("quiet"))
                throw new CommandException("--tree cannot be used together with --format or --quiet");
            using var asking = Engine.Connect(options);
            Print.Out(LayerForest.Text(asking.Images.ListWithLayers(filters), options.Flag("no-trunc")));
            return 0;
        }
        using (var client = Engine.Connect(options))
            images = client.Images.List(options.Flag("all"), filters);
        var whole = options.Flag("no-trunc");
        if (options.Flag("quiet") && options.Text("format") is null)
        {
            foreach (var image in images)
                Print.Line(ShortId.Of(image.Id, whole));
            return 0;
        }
        var format = options.Text("format");
        var listing = new Listing(Headings);
        var now = DateTimeOffset.UtcNow;
        foreach (var image in images)
        {
            foreach (var (repository, tag, digest) in Names(image))
                listing.Add(Row(image, repository, tag, digest, now, whole, withTimes: format is not null));
        }
        Print.Out(listing.Text(format, options.Flag("digests") ? ColumnsWithDigests : Columns));
        return 0;
    }

    private static List<(string Repository, string Tag, string Digest)> Names(ImageSummary image)
    {
        var names = new List<(string, string, string)>();
        foreach (var tagged in image.RepoTags ?? [])
        {
            var (repository, tag) = ImageName.Split(tagged);
            names.Add((repository, tag ?? None, Digest(image, repository) ?? None));
        }
        if (names.Count > 0)
            return names;
        foreach (var digested in image.RepoDigests ?? [])
        {
            var (repository, digest) = ImageName.Split(digested);
            names.Add((repository, None, digest ?? None));
        }
        return names.Count > 0 ? names : [(None, None, None)];
    }

    private static string? Digest(ImageSummary image, string repository)
    {
        foreach (var digested in image.RepoDigests ?? [])
        {
            if (digested.StartsWith(repository + "@", StringComparison.Ordinal))
                return ImageName.Split(digested).Reference;
        }
        return null;
    }

    private static string[] Row(
        ImageSummary image,
        string repository,
        string tag,
        string digest,
        DateTimeOffset now,
        bool whole,
        bool withTimes
    )
    {
        return
        [
            repository,
            tag,
            digest,
            ShortId.Of(image.Id, whole),
            image.Created <= 0 ? "N/A" : Elapsed.InWords(now - DateTimeOffset.FromUnixTimeSeconds(image.Created)) + " ago",
            withTimes ? LocalTime.Text(image.Created) : "",
            SizeText.Decimal(image.Size),
            image.Containers < 0 ? "N/A" : image.Containers.ToString(CultureInfo.InvariantCulture),
        ];
    }
}
