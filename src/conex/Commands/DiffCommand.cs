using System.Text;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;

namespace Conex.Cli.Commands;

/// <summary><c>diff</c>: what a container has changed of its image.</summary>
internal static class DiffCommand
{
    private const string Kinds = "CAD";

    internal static Command Describe() =>
        new()
        {
            Name = "diff",
            Description = "Inspect changes to files or directories on a container's filesystem",
            Usage = "CONTAINER",
            Paths = ["container diff", "diff"],
            Arguments = ArgumentCount.Exactly(1),
            Completes = CompletionSource.Containers,
            Run = static options =>
            {
                using var client = Engine.Connect(options);
                var text = new StringBuilder();
                foreach (var change in client.Changes(options.Arguments[0]))
                    text.Append(change.Kind < Kinds.Length ? Kinds[change.Kind] : '?').Append(' ').Append(change.Path).Append('\n');
                Print.Out(text.ToString());
                return 0;
            },
        };
}
