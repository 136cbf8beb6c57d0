using Conex.Cli.Commands;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.Cli;

internal static class Program
{
    private static int Main(string[] words)
    {
        // Called as docker, the program speaks of itself as docker.
        var name = Path.GetFileName(Environment.GetCommandLineArgs()[0]) == "docker" ? "docker" : "conex";
        var program = new CommandProgram(CommandTree.Root(name))
        {
            Columns = Terminal.GetSize(FileHandle.StandardInput) is { Columns: > 0 } size ? size.Columns : 80,
        };
        return Failures.Report(() => program.Run(words, Print.Out, Print.Error));
    }
}
