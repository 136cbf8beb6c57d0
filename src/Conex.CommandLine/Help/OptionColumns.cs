using System.Text;

namespace Conex.CommandLine.Help;

/// <summary>The list of options in help: names to the left, wrapped descriptions to the right, as pflag sets them.</summary>
internal static class OptionColumns
{
    /// <summary>Lays out all options that are not hidden, sorted by name; empty when there are none.</summary>
    internal static string Of(OptionTable table, int columns)
    {
        var shown = new List<Option>(table.Options.Count);
        var width = 0;
        foreach (var option in table.Options)
        {
            if (option.Hidden)
                continue;
            shown.Add(option);
            width = Math.Max(width, Names(option).Length);
        }
        shown.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));

        var text = new StringBuilder();
        // Three spaces part the columns.
        var indent = width + 3;
        foreach (var option in shown)
        {
            var description = option.Default is { } value ? $"{option.Description} (default {value})" : option.Description;
            text.Append(Names(option).PadRight(indent));
            WrappedText.Append(text, description, indent, columns);
            text.Append('\n');
        }
        return text.ToString();
    }

    private static string Names(Option option)
    {
        var names = option.Letter == '\0' ? $"      --{option.Name}" : $"  -{option.Letter}, --{option.Name}";
        return option.ValueName.Length == 0 ? names : $"{names} {option.ValueName}";
    }
}
