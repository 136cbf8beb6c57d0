using System.Globalization;
using Conex.Cli.Credentials;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>search</c>: repositories of a registry by a word.</summary>
internal static class SearchCommand
{
    private const int ShownOfDescription = 45;

    private static readonly string[] Columns = ["Name", "Description", "StarCount", "IsOfficial"];

    private static readonly (string, string)[] Headings =
    [
        ("Name", "NAME"),
        ("Description", "DESCRIPTION"),
        ("StarCount", "STARS"),
        ("IsOfficial", "OFFICIAL"),
        ("IsAutomated", "AUTOMATED"),
    ];

    internal static Command Describe(string section) =>
        new()
        {
            Name = "search",
            Description = "Search a registry for images",
            Usage = "[OPTIONS] TERM",
            Section = section,
            Options = static () =>
                new OptionTable()
                    .List("filter", 'f', "filter", "Filter output based on conditions provided", check: FilterOptions.Complaint)
                    .Text("format", "string", "Pretty-print search using a Go template")
                    .Integer("limit", "int", "Max number of search results")
                    .Flag("no-trunc", "Don't truncate output"),
            Arguments = ArgumentCount.Exactly(1),
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var term = options.Arguments[0];
        // The credential is the registry's that is asked: that of the term, as names of images have it.
        var credential = CredentialFiles.For(term.ToLowerInvariant());
        using var client = Engine.Connect(options);
        var found = client.Images.Search(term, (int?)options.Integer("limit"), FilterOptions.Parse(options.List("filter")), credential);
        var listing = new Listing(Headings);
        foreach (var one in found.OrderByDescending(static one => one.StarCount))
        {
            listing.Add(
                one.Name,
                Short(one.Description, options.Flag("no-trunc")),
                one.StarCount.ToString(CultureInfo.InvariantCulture),
                one.IsOfficial ? "[OK]" : "",
                one.IsAutomated ? "[OK]" : ""
            );
        }
        Print.Out(listing.Text(options.Text("format"), Columns));
        return 0;
    }

    private static string Short(string description, bool whole)
    {
        var line = description.ReplaceLineEndings(" ").Replace('\t', ' ');
        return whole || line.Length <= ShownOfDescription ? line : line[..(ShownOfDescription - 1)] + "…";
    }
}
