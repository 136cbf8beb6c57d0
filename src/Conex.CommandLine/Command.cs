namespace Conex.CommandLine;

/// <summary>One word of the command line that does something, or that leads to commands below it.</summary>
public sealed class Command
{
    /// <summary>The word.</summary>
    public required string Name { get; init; }

    /// <summary>Other words for it under the same parent.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>One line for the list of commands.</summary>
    public required string Description { get; init; }

    /// <summary>The text at the head of the command's own help; the description when null.</summary>
    public string? Details { get; init; }

    /// <summary>What follows the command's path in its usage line: <c>[OPTIONS] CONTAINER</c>.</summary>
    public string Usage { get; init; } = "";

    /// <summary>The usage line of messages where it differs from the one in help; <see cref="Usage"/> when null.</summary>
    public string? ErrorUsage { get; init; }

    /// <summary>All paths of the command without the program's name, as help lists them: <c>container run</c>, <c>run</c>.</summary>
    public string[] Paths { get; init; } = [];

    /// <summary>The heading under which the parent's help lists the command.</summary>
    public string Section { get; init; } = "Commands";

    /// <summary>Whether help and completions leave the command out.</summary>
    public bool Hidden { get; init; }

    /// <summary>Builds the options; called only when the command was chosen.</summary>
    public Func<OptionTable>? Options { get; init; }

    /// <summary>The heading of the options in help.</summary>
    public string OptionsHeading { get; init; } = "Options";

    /// <summary>How many arguments are allowed.</summary>
    public ArgumentCount Arguments { get; init; } = ArgumentCount.Any;

    /// <summary>
    /// Whether options may follow arguments. When false, the first argument ends the options, and everything from there on is passed
    /// on untouched: a container's own command line.
    /// </summary>
    public bool Interspersed { get; init; } = true;

    /// <summary>What a shell proposes as the first argument.</summary>
    public CompletionSource Completes { get; init; }

    /// <summary>Whether a shell proposes the same for the following arguments.</summary>
    public bool CompletesAll { get; init; }

    /// <summary>Builds the commands below this one.</summary>
    public Func<Command[]>? Subcommands { get; init; }

    /// <summary>Does the work and returns the exit code.</summary>
    public Func<Invocation, int>? Run { get; init; }

    /// <summary>Lines at the end of help.</summary>
    public string? Epilogue { get; init; }

    internal bool Answers(string word) => string.Equals(Name, word, StringComparison.Ordinal) || Aliases.AsSpan().Contains(word);

    internal OptionTable BuildOptions() => Options?.Invoke() ?? new OptionTable();
}
