using Conex.Cli.Credentials;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.Linux.Files;

namespace Conex.Cli.Commands;

/// <summary><c>push</c>: an image to a registry.</summary>
internal static class PushCommand
{
    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "push",
            Description = "Upload an image to a registry",
            Usage = "[OPTIONS] NAME[:TAG]",
            Paths = ["image push", "push"],
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Flag("all-tags", 'a', "Push all tags of an image to the repository")
                    .Flag("quiet", 'q', "Suppress verbose output"),
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Images,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var image = options.Arguments[0];
        var (repository, tag) = ImageName.Split(image);
        var all = options.Flag("all-tags");
        if (all && tag is not null)
            throw new CommandException("tag can't be used with --all-tags/-a");
        var quiet = options.Flag("quiet");
        if (!quiet && !all && tag is null)
            Print.Line("Using default tag: latest");
        using var client = Engine.Connect(options);
        using var response = client.Images.Push(repository, all ? null : tag ?? "latest", CredentialFiles.For(repository));
        new Progress(quiet ? static _ => { } : Print.Out, FileHandle.StandardOutput).Print(response.Messages());
        if (quiet)
            Print.Line(all ? repository : ImageName.WithTag(image));
        return 0;
    }
}
