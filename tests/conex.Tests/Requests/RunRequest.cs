using Conex.Cli.Commands;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Tests.Requests;

/// <summary>Reads a command line of <c>run</c>.</summary>
internal static class RunRequest
{
    internal static Invocation Parse(params string[] words) => new CommandProgram(CommandTree.Root("conex")).Parse(["run", .. words]);

    internal static ContainerCreateRequest Of(params string[] words)
    {
        var invocation = Parse(words);
        return ContainerRequest.Of(invocation, invocation.Flag("detach"), null);
    }

    internal static HostConfig Host(params string[] words) => Of(words).HostConfig!;

    internal static string Refusal(params string[] words) => Assert.Throws<UsageException>(() => Parse(words)).Reason;
}
