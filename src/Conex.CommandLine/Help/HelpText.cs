using System.Text;

namespace Conex.CommandLine.Help;

/// <summary>The text that <c>--help</c> prints, laid out as docker's.</summary>
internal static class HelpText
{
    private const int NarrowestNames = 11;

    internal static string Of(Invocation invocation)
    {
        var command = invocation.Command;
        var program = invocation.Program;
        var text = new StringBuilder(1024);
        text.Append($"Usage:  {invocation.Path} {command.Usage}".TrimEnd()).Append("\n\n");
        text.Append(command.Details ?? command.Description).Append('\n');
        if (command.Paths.Length > 1)
        {
            text.Append("\nAliases:\n  ");
            for (var i = 0; i < command.Paths.Length; i++)
                text.Append(i == 0 ? "" : ", ").Append(program.Root.Name).Append(' ').Append(command.Paths[i]);
            text.Append('\n');
        }
        // The program's own help starts with what most people look for; its options come after the commands.
        if (command.Subcommands is { } subcommands)
            AppendCommands(text, subcommands());
        var options = OptionColumns.Of(invocation.Table, program.Columns - 1);
        if (options.Length > 0)
            text.Append('\n').Append(command.OptionsHeading).Append(":\n").Append(options);
        if (command.Subcommands is not null)
        {
            var path = invocation.Path;
            text.Append($"\nRun '{path} COMMAND --help' for more information on a command.\n");
        }
        if (command.Epilogue is { } epilogue)
            text.Append('\n').Append(epilogue).Append('\n');
        return text.ToString();
    }

    private static void AppendCommands(StringBuilder text, Command[] commands)
    {
        var width = NarrowestNames;
        var sections = new List<string>();
        foreach (var command in commands)
        {
            if (command.Hidden)
                continue;
            width = Math.Max(width, command.Name.Length);
            if (!sections.Contains(command.Section))
                sections.Add(command.Section);
        }
        foreach (var section in sections)
        {
            text.Append('\n').Append(section).Append(":\n");
            foreach (var command in commands)
            {
                if (!command.Hidden && command.Section == section)
                    text.Append("  ").Append(command.Name.PadRight(width)).Append(' ').Append(command.Description).Append('\n');
            }
        }
    }
}
