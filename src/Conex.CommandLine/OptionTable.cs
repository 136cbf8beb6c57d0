namespace Conex.CommandLine;

/// <summary>The options of one command: the one source for parsing, help and completions.</summary>
/// <remarks>A table is built when its command is chosen, so a program with many commands pays only for one.</remarks>
public sealed class OptionTable
{
    private readonly List<Option> _options = new(16);

    /// <summary>The rows in the order they were added.</summary>
    public IReadOnlyList<Option> Options => _options;

    /// <summary>Adds an on/off option.</summary>
    public OptionTable Flag(string name, char letter, string description, string? @default = null, bool hidden = false) =>
        Add(
            new Option
            {
                Name = name,
                Letter = letter,
                Kind = OptionKind.Flag,
                Description = description,
                Default = @default,
                Hidden = hidden,
            }
        );

    /// <summary>Adds an on/off option that has no one-letter name.</summary>
    public OptionTable Flag(string name, string description, string? @default = null, bool hidden = false) =>
        Flag(name, '\0', description, @default, hidden);

    /// <summary>Adds an option with one text value.</summary>
    public OptionTable Text(
        string name,
        char letter,
        string valueName,
        string description,
        string? @default = null,
        bool hidden = false,
        CompletionSource completes = CompletionSource.None,
        Func<string, string?>? check = null
    ) => AddValue(OptionKind.Text, name, letter, valueName, description, @default, hidden, completes, check);

    /// <summary>Adds an option with one text value and no one-letter name.</summary>
    public OptionTable Text(
        string name,
        string valueName,
        string description,
        string? @default = null,
        bool hidden = false,
        CompletionSource completes = CompletionSource.None,
        Func<string, string?>? check = null
    ) => AddValue(OptionKind.Text, name, '\0', valueName, description, @default, hidden, completes, check);

    /// <summary>Adds an option with one whole number.</summary>
    public OptionTable Integer(
        string name,
        char letter,
        string valueName,
        string description,
        string? @default = null,
        bool hidden = false
    ) => AddValue(OptionKind.Integer, name, letter, valueName, description, @default, hidden, CompletionSource.None, null);

    /// <summary>Adds an option with one whole number and no one-letter name.</summary>
    public OptionTable Integer(string name, string valueName, string description, string? @default = null, bool hidden = false) =>
        AddValue(OptionKind.Integer, name, '\0', valueName, description, @default, hidden, CompletionSource.None, null);

    /// <summary>Adds an option that may be given many times.</summary>
    public OptionTable List(
        string name,
        char letter,
        string valueName,
        string description,
        string? @default = null,
        bool hidden = false,
        CompletionSource completes = CompletionSource.None,
        Func<string, string?>? check = null
    ) => AddValue(OptionKind.List, name, letter, valueName, description, @default, hidden, completes, check);

    /// <summary>Adds an option that may be given many times and has no one-letter name.</summary>
    public OptionTable List(
        string name,
        string valueName,
        string description,
        string? @default = null,
        bool hidden = false,
        CompletionSource completes = CompletionSource.None,
        Func<string, string?>? check = null
    ) => AddValue(OptionKind.List, name, '\0', valueName, description, @default, hidden, completes, check);

    /// <summary>The place of the option called <paramref name="name"/>, or -1.</summary>
    internal int IndexOf(ReadOnlySpan<char> name)
    {
        for (var i = 0; i < _options.Count; i++)
        {
            if (name.SequenceEqual(_options[i].Name))
                return i;
        }
        return -1;
    }

    /// <summary>The place of the option with the one-letter name <paramref name="letter"/>, or -1.</summary>
    internal int IndexOf(char letter)
    {
        for (var i = 0; i < _options.Count; i++)
        {
            if (_options[i].Letter == letter && letter != '\0')
                return i;
        }
        return -1;
    }

    private OptionTable AddValue(
        OptionKind kind,
        string name,
        char letter,
        string valueName,
        string description,
        string? @default,
        bool hidden,
        CompletionSource completes,
        Func<string, string?>? check
    ) =>
        Add(
            new Option
            {
                Name = name,
                Letter = letter,
                Kind = kind,
                ValueName = valueName,
                Description = description,
                Default = @default,
                Hidden = hidden,
                Completes = completes,
                Check = check,
            }
        );

    private OptionTable Add(Option option)
    {
        _options.Add(option);
        return this;
    }
}
