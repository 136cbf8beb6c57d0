using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.Linux.Files;

namespace Conex.Cli.Commands;

/// <summary><c>pull</c>: an image from a registry.</summary>
internal static class PullCommand
{
    private const int NotFoundStatus = 404;

    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "pull",
            Description = "Download an image from a registry",
            Usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
            Paths = ["image pull", "pull"],
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Flag("all-tags", 'a', "Download all tagged images in the repository")
                    .Text("platform", "string", "Set platform if server is multi-platform capable")
                    .Text("policy", "string", "Pull \"always\", only if \"missing\" here, or \"never\"", "\"always\"", check: Policy)
                    .Flag("quiet", 'q', "Suppress verbose output"),
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Images,
            Run = Run,
        };

    private static string? Policy(string text) =>
        text is "always" or "missing" or "never" ? null : $"'{text}': must be one of \"always\", \"missing\" or \"never\"";

    private static int Run(Invocation options)
    {
        var image = options.Arguments[0];
        var (repository, tag) = ImageName.Split(image);
        var all = options.Flag("all-tags");
        if (all && tag is not null)
            throw new CommandException("tag can't be used with --all-tags/-a");
        var quiet = options.Flag("quiet");
        using var client = Engine.Connect(options);
        var policy = options.Text("policy") ?? "always";
        if (policy == "always" || !IsThere(client, image))
        {
            if (policy == "never")
                throw new CommandException($"No such image: {ImageName.WithTag(image)}, and the policy is never to pull");
            if (!quiet && !all && tag is null)
                Print.Line("Using default tag: latest");
            PulledImage.Pull(
                client,
                repository,
                all ? null : tag ?? "latest",
                options.Text("platform"),
                quiet ? null : FileHandle.StandardOutput
            );
        }
        Print.Line(all ? repository : ImageName.WithTag(image));
        return 0;
    }

    private static bool IsThere(EngineClient client, string image)
    {
        try
        {
            _ = client.Images.InspectJson(image);
            return true;
        }
        catch (EngineException missing) when (missing.Status == NotFoundStatus)
        {
            return false;
        }
    }
}
