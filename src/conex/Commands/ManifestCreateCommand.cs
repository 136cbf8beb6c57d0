using Conex.Cli.Daemon;
using Conex.Cli.Manifests;
using Conex.Cli.Output;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>manifest create</c>: a list of images of a registry, to be annotated and pushed.</summary>
internal static class ManifestCreateCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "create",
            Description = "Create a local manifest list for annotating and pushing to a registry",
            Usage = "[OPTIONS] MANIFEST_LIST MANIFEST [MANIFEST...]",
            Options = static () =>
                new OptionTable()
                    .Flag("amend", 'a', "Amend an existing manifest list")
                    .Flag("insecure", "Allow communication with an insecure registry"),
            Arguments = ArgumentCount.AtLeast(2),
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var list = RemoteManifests.Parse(options.Arguments[0]);
        if (!options.Flag("amend") && ManifestLists.TryRead(list) is not null)
            throw new CommandException("refusing to amend an existing manifest list with no --amend flag");
        using var client = Engine.Connect(options);
        // All are read before one is written: a list is never left half made.
        var entries = options
            .Arguments[1..]
            .Select(RemoteManifests.Parse)
            .Select(name => ManifestLists.TryRead(list, name) ?? RemoteManifests.ReadImage(client, name, options.Flag("insecure")))
            .ToList();
        foreach (var entry in entries)
            ManifestLists.Write(list, entry);
        Print.Line($"Created manifest list {list}");
        return 0;
    }
}
