using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.CommandLine.Completions;

namespace Conex.Cli.Commands;

/// <summary><c>completion</c>: the script that lets a shell complete this program's commands.</summary>
internal static class CompletionCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "completion",
            Description = "Generate the autocompletion script for the specified shell",
            Usage = "COMMAND",
            Subcommands = static () =>
                [
                    For("bash", "source <(conex completion bash), or write it to /usr/share/bash-completion/completions/conex"),
                    For("fish", "conex completion fish > ~/.config/fish/completions/conex.fish"),
                    For("zsh", "source <(conex completion zsh), or write it to a file _conex in a directory of $fpath"),
                ],
        };

    private static Command For(string shell, string how) =>
        new()
        {
            Name = shell,
            Description = $"Generate the autocompletion script for {shell}",
            Details = $"Generate the autocompletion script for {shell}.\n\nTo use it:\n  {how}",
            Arguments = ArgumentCount.None,
            Run = invocation =>
            {
                Print.Out(CompletionScript.For(shell, invocation.Program.Root)!);
                return 0;
            },
        };
}
