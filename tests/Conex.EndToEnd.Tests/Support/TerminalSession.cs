using Conex.Linux.Files;
using Conex.Linux.Terminals;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>A shell line in a terminal of its own, whose screen is collected and whose keys the test types (script(1)).</summary>
internal sealed class TerminalSession
{
    private readonly RunningProgram program;

    /// <param name="house">Whose environment the line runs in.</param>
    /// <param name="line">For sh; <c>$CONEX</c> is the program.</param>
    internal TerminalSession(EngineHouse house, string line)
    {
        string script = Product.OfMachine("script", "bsdutils");
        program = house.BeginProgram(
            script,
            "--quiet",
            "--return",
            "--flush",
            "--echo",
            "always",
            "--command",
            $"stty rows 24 cols 80; {line}",
            "/dev/null"
        );
    }

    /// <summary>Everything that was written to the terminal.</summary>
    internal string Screen => program.Output;

    internal void Type(string keys) => program.Send(keys);

    internal void WaitFor(string text) => program.WaitForOutput(text);

    /// <summary>Waits for the end of the line.</summary>
    internal CommandResult Finish() => program.Finish();

    /// <summary>Makes the window larger or smaller, as a user does with the mouse.</summary>
    internal void Resize(ushort rows, ushort columns)
    {
        using FileHandle terminal = PathAt.Open(Device(), OpenMode.ReadWrite | OpenMode.NoControllingTerminal);
        Terminal.SetSize(terminal, new WindowSize(rows, columns));
    }

    /// <summary>The terminal of the child of script.</summary>
    private string Device()
    {
        string children = "";
        Eventually.True(
            () => (children = LeakCheck.Read($"/proc/{program.Pid}/task/{program.Pid}/children").Trim()).Length > 0,
            "script started the shell"
        );
        string shell = children.Split(' ')[0];
        string device = "";
        Eventually.True(
            () =>
                (device = File.ResolveLinkTarget($"/proc/{shell}/fd/0", returnFinalTarget: false)?.FullName ?? "").StartsWith("/dev/pts/"),
            "the shell has its terminal"
        );
        return device;
    }
}
