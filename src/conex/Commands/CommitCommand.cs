using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>commit</c>: an image of a container.</summary>
internal static class CommitCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "commit",
            Description = "Create a new image from a container's changes",
            Usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
            Paths = ["container commit", "commit"],
            Options = static () =>
                new OptionTable()
                    .Text("author", 'a', "string", "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")")
                    .List("change", 'c', "list", "Apply Dockerfile instruction to the created image")
                    .Text("message", 'm', "string", "Commit message")
                    .Flag("pause", 'p', "Pause container during commit", "true"),
            Arguments = new ArgumentCount(1, 2),
            Completes = CompletionSource.Containers,
            Run = static options =>
            {
                var (repository, tag) = options.Arguments.Length > 1 ? ImageName.Split(options.Arguments[1]) : (null, null);
                using var client = Engine.Connect(options);
                Print.Line(
                    client.Commit(
                        options.Arguments[0],
                        repository,
                        tag,
                        options.Text("author"),
                        options.Text("message"),
                        options.List("change"),
                        options.Flag("pause", true)
                    )
                );
                return 0;
            },
        };
}
