namespace Conex.CommandLine.Completions;

/// <summary>One command of the tree as the scripts see it.</summary>
/// <param name="Path">Its words without the program's name, joined by spaces; empty for the program.</param>
/// <param name="Command">The command.</param>
/// <param name="Options">Its visible options.</param>
/// <param name="Children">Its visible subcommands.</param>
internal sealed record CompletionNode(string Path, Command Command, List<Option> Options, List<Command> Children)
{
    private static readonly Option HelpOption = new()
    {
        Name = "help",
        Kind = OptionKind.Flag,
        Description = "Print usage",
    };

    /// <summary>What follows an option on the line, by kind of proposal.</summary>
    internal static readonly (CompletionSource Source, string Word)[] Sources =
    [
        (CompletionSource.Files, "files"),
        (CompletionSource.Containers, "containers"),
        (CompletionSource.RunningContainers, "running"),
        (CompletionSource.Images, "images"),
    ];

    internal static List<CompletionNode> AllOf(Command root)
    {
        var nodes = new List<CompletionNode>();
        Add(nodes, root, "");
        return nodes;
    }

    internal static string Word(CompletionSource source)
    {
        foreach (var (candidate, word) in Sources)
        {
            if (candidate == source)
                return word;
        }
        return "";
    }

    /// <summary>The spellings of an option: long, then short.</summary>
    internal static string Spellings(Option option) => option.Letter == '\0' ? "--" + option.Name : $"--{option.Name} -{option.Letter}";

    private static void Add(List<CompletionNode> nodes, Command command, string path)
    {
        var options = new List<Option>();
        var hasHelp = false;
        foreach (var option in command.BuildOptions().Options)
        {
            if (option.Hidden)
                continue;
            options.Add(option);
            hasHelp |= option.Name == "help";
        }
        if (!hasHelp)
            options.Add(HelpOption);
        var children = new List<Command>();
        foreach (var child in command.Subcommands?.Invoke() ?? [])
        {
            if (!child.Hidden)
                children.Add(child);
        }
        nodes.Add(new CompletionNode(path, command, options, children));
        foreach (var child in children)
            Add(nodes, child, path.Length == 0 ? child.Name : $"{path} {child.Name}");
    }
}
