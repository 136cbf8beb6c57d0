using System.Globalization;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>history</c>: the steps that made an image, the newest first.</summary>
internal static class HistoryCommand
{
    private const int ShownOfCommand = 45;
    private const string Missing = "<missing>";

    private static readonly string[] Columns = ["ID", "CreatedSince", "CreatedBy", "Size", "Comment"];

    private static readonly (string, string)[] Headings =
    [
        ("ID", "IMAGE"),
        ("CreatedSince", "CREATED"),
        ("CreatedAt", "CREATED AT"),
        ("CreatedBy", "CREATED BY"),
        ("Size", "SIZE"),
        ("Comment", "COMMENT"),
    ];

    internal static Command Describe() =>
        new()
        {
            Name = "history",
            Description = "Show the history of an image",
            Usage = "[OPTIONS] IMAGE",
            Paths = ["image history", "history"],
            Options = static () =>
                new OptionTable()
                    .Text("format", "string", FormatHelp.Table)
                    .Flag("human", 'H', "Print sizes and dates in human readable format", "true")
                    .Flag("no-trunc", "Don't truncate output")
                    .Flag("quiet", 'q', "Only show image IDs"),
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Images,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        HistoryItem[] steps;
        using (var client = Engine.Connect(options))
            steps = client.Images.History(options.Arguments[0]);
        var whole = options.Flag("no-trunc");
        if (options.Flag("quiet") && options.Text("format") is null)
        {
            foreach (var step in steps)
                Print.Line(Id(step, whole));
            return 0;
        }
        var listing = new Listing(Headings);
        var now = DateTimeOffset.UtcNow;
        foreach (var step in steps)
            listing.Add(Row(step, now, whole, options.Flag("human", true)));
        Print.Out(listing.Text(options.Text("format"), Columns));
        return 0;
    }

    private static string[] Row(HistoryItem step, DateTimeOffset now, bool whole, bool human)
    {
        var at = DateTimeOffset
            .FromUnixTimeSeconds(step.Created)
            .ToLocalTime()
            .ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)
            .Replace("+00:00", "Z", StringComparison.Ordinal);
        var command = step.CreatedBy.Replace('\t', ' ');
        return
        [
            Id(step, whole),
            !human ? at
            : step.Created <= 0 ? "N/A"
            : Elapsed.InWords(now - DateTimeOffset.FromUnixTimeSeconds(step.Created)) + " ago",
            at,
            whole || command.Length <= ShownOfCommand ? command : command[..(ShownOfCommand - 1)] + "…",
            human ? SizeText.Decimal(step.Size) : step.Size.ToString(CultureInfo.InvariantCulture),
            step.Comment,
        ];
    }

    private static string Id(HistoryItem step, bool whole) => step.Id == Missing ? Missing : ShortId.Of(step.Id, whole);
}
