using Conex.CommandLine;
using ConexRuntime.Commands;

namespace ConexRuntime;

/// <summary>The OCI runtime: runc's command line, and the monitor.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        var program = new CommandProgram(CommandTable.Root())
        {
            Grammar = Grammar.SingleDash,
            OptionErrorCode = 1,
            ArgumentErrorCode = 1,
            CommandErrorCode = 3,
        };
        return program.Run(arguments, Output.Text, Output.Error);
    }
}
