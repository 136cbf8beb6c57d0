namespace Conex.CommandLine;

/// <summary>One row of an <see cref="OptionTable"/>.</summary>
public sealed class Option
{
    /// <summary>The long name, without dashes.</summary>
    public required string Name { get; init; }

    /// <summary>The one-letter name, or NUL when there is none.</summary>
    public char Letter { get; init; }

    /// <summary>What the option takes.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>The word that stands for the value in help; empty for a flag.</summary>
    public string ValueName { get; init; } = "";

    /// <summary>What the option does, for help and completions.</summary>
    public required string Description { get; init; }

    /// <summary>The default as help shows it in parentheses, or null.</summary>
    public string? Default { get; init; }

    /// <summary>Whether help and completions leave the option out.</summary>
    public bool Hidden { get; init; }

    /// <summary>What a shell proposes as the value.</summary>
    public CompletionSource Completes { get; init; }

    /// <summary>Says what is wrong with a value, or null; asked while the line is read.</summary>
    public Func<string, string?>? Check { get; init; }

    /// <summary>How messages name the option: <c>-m, --memory</c>.</summary>
    internal string Display => Letter == '\0' ? "--" + Name : $"-{Letter}, --{Name}";
}
