using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>tag</c>: a further name for an image.</summary>
internal static class TagCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "tag",
            Description = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
            Usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
            Paths = ["image tag", "tag"],
            Arguments = ArgumentCount.Exactly(2),
            Completes = CompletionSource.Images,
            CompletesAll = true,
            Run = static options =>
            {
                var target = options.Arguments[1];
                if (target.Contains('@', StringComparison.Ordinal))
                    throw new CommandException("refusing to create a tag with a digest reference");
                var (repository, tag) = ImageName.Split(target);
                using var client = Engine.Connect(options);
                client.Images.Tag(options.Arguments[0], repository, tag);
                return 0;
            },
        };
}
