using Conex.CommandLine.Values;

namespace Conex.CommandLine;

/// <summary>One command with the options and arguments that were given to it.</summary>
public sealed class Invocation
{
    private readonly OptionTable _table;
    private readonly string?[] _last;
    private readonly List<string>?[] _all;

    internal Invocation(CommandProgram program, Command command, string path, Invocation? parent, OptionTable table)
    {
        Program = program;
        Command = command;
        Path = path;
        Parent = parent;
        _table = table;
        _last = new string?[table.Options.Count];
        _all = new List<string>?[table.Options.Count];
    }

    /// <summary>The program that was called.</summary>
    public CommandProgram Program { get; }

    /// <summary>The command that was chosen.</summary>
    public Command Command { get; }

    /// <summary>The words that chose it, program name first: <c>conex container ls</c>.</summary>
    public string Path { get; }

    /// <summary>The invocation above: global options are in the outermost one.</summary>
    public Invocation? Parent { get; }

    /// <summary>The invocation of the program itself, with the global options.</summary>
    public Invocation Root => Parent?.Root ?? this;

    /// <summary>The arguments that are not options, in order and unchanged.</summary>
    public string[] Arguments { get; internal set; } = [];

    /// <summary>Whether help was asked for instead of the command's work.</summary>
    public bool HelpRequested { get; internal set; }

    internal OptionTable Table => _table;

    /// <summary>Whether the option was given.</summary>
    public bool IsSet(string name) => _last[Index(name, null)] is not null;

    /// <summary>The value of an on/off option; <paramref name="default"/> when it was not given.</summary>
    public bool Flag(string name, bool @default = false) =>
        _last[Index(name, OptionKind.Flag)] is { } text ? BooleanText.Parse(text) ?? @default : @default;

    /// <summary>The value of a text option, or null when it was not given.</summary>
    public string? Text(string name) => _last[Index(name, OptionKind.Text)];

    /// <summary>The value of a whole-number option, or null when it was not given.</summary>
    public long? Integer(string name) =>
        _last[Index(name, OptionKind.Integer)] is { } text && IntegerText.TryParse(text, out var value, out _) ? value : null;

    /// <summary>All values of a list option in the order given.</summary>
    public IReadOnlyList<string> List(string name) => _all[Index(name, OptionKind.List)] ?? (IReadOnlyList<string>)[];

    /// <summary>The value of a text option, converted; <paramref name="default"/> when it was not given.</summary>
    /// <exception cref="UsageException"><paramref name="parse"/> threw a <see cref="FormatException"/>; its message is the reason.</exception>
    public T Value<T>(string name, Func<string, T> parse, T @default)
    {
        if (Text(name) is not { } text)
            return @default;
        try
        {
            return parse(text);
        }
        catch (FormatException reason)
        {
            throw Invalid(name, text, reason.Message);
        }
    }

    /// <summary>Prints the command's help, for a command that needs more than it was given.</summary>
    /// <returns>0.</returns>
    public int PrintHelp(Action<string> print)
    {
        ArgumentNullException.ThrowIfNull(print);
        print(Help.HelpText.Of(this));
        return 0;
    }

    /// <summary>The error for a value that the option cannot take, as pflag words it.</summary>
    public UsageException Invalid(string name, string value, string reason) =>
        Program.OptionError(this, InvalidArgument(_table.Options[Index(name, null)], value, reason));

    internal static string InvalidArgument(Option option, string value, string reason) =>
        $"invalid argument {QuotedText.Of(value)} for \"{option.Display}\" flag: {reason}";

    /// <summary>Stores a value, or says why the option cannot take it.</summary>
    internal string? Set(int index, string value)
    {
        var option = _table.Options[index];
        var complaint = option.Kind switch
        {
            OptionKind.Flag when BooleanText.Parse(value) is null => $"strconv.ParseBool: parsing {QuotedText.Of(value)}: invalid syntax",
            OptionKind.Integer when !IntegerText.TryParse(value, out _, out var reason) => reason,
            _ => option.Check?.Invoke(value),
        };
        if (complaint is not null)
            return InvalidArgument(option, value, complaint);
        _last[index] = value;
        if (option.Kind == OptionKind.List)
            (_all[index] ??= []).Add(value);
        return null;
    }

    private int Index(string name, OptionKind? kind)
    {
        var index = _table.IndexOf(name);
        if (index < 0 || (kind is { } expected && _table.Options[index].Kind != expected))
            throw new InvalidOperationException($"'{Path}' has no option --{name} of this kind");
        return index;
    }
}
