using System.Text;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>image prune</c>: removes images that nobody needs.</summary>
internal static class ImagePruneCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "prune",
            Description = "Remove unused images",
            Usage = "[OPTIONS]",
            Options = static () =>
                new OptionTable()
                    .Flag("all", 'a', "Remove all unused images, not just dangling ones")
                    .List("filter", "filter", "Provide filter values (e.g. \"until=<timestamp>\")", check: FilterOptions.Complaint)
                    .Flag("force", 'f', "Do not prompt for confirmation"),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var all = options.Flag("all");
        var warning = all
            ? "WARNING! This will remove all images without at least one container associated to them."
            : "WARNING! This will remove all dangling images.";
        if (!options.Flag("force") && !Question.IsAnsweredYes(warning))
            throw new CommandException("image prune has been cancelled");
        // docker's server knows which images to spare by this filter.
        var filters = (FilterOptions.Parse(options.List("filter")) ?? new Filters()).Add("dangling", all ? "false" : "true");
        using var client = Engine.Connect(options);
        var pruned = client.Images.Prune(filters);
        var text = new StringBuilder();
        if (pruned.ImagesDeleted is { Length: > 0 } items)
        {
            text.Append("Deleted Images:\n");
            foreach (var item in items)
                text.Append(item.Untagged is { Length: > 0 } name ? $"untagged: {name}\n" : $"deleted: {item.Deleted}\n");
            text.Append('\n');
        }
        Print.Out($"{text}Total reclaimed space: {SizeText.Decimal(pruned.SpaceReclaimed)}\n");
        return 0;
    }
}
