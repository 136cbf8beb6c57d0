namespace Conex.CommandLine;

/// <summary>A program: its tree of commands, its grammar, and what it does with a command line.</summary>
/// <param name="root">The command that stands for the program; its options are the global ones.</param>
public sealed class CommandProgram(Command root)
{
    /// <summary>The program itself.</summary>
    public Command Root => root;

    /// <summary>How options are spelt.</summary>
    public Grammar Grammar { get; init; }

    /// <summary>The exit code for an option that cannot be understood.</summary>
    public int OptionErrorCode { get; init; } = 125;

    /// <summary>The exit code for a wrong number of arguments.</summary>
    public int ArgumentErrorCode { get; init; } = 1;

    /// <summary>The exit code for an unknown command.</summary>
    public int CommandErrorCode { get; init; } = 1;

    /// <summary>Width of help in columns.</summary>
    public int Columns { get; init; } = 80;

    /// <summary>Reads the line, runs the command, and reports help and mistakes.</summary>
    /// <param name="words">The command line without the program's name.</param>
    /// <param name="output">Takes help that was asked for.</param>
    /// <param name="error">Takes messages.</param>
    /// <returns>The exit code.</returns>
    public int Run(string[] words, Action<string> output, Action<string> error)
    {
        try
        {
            var invocation = Parse(words);
            if (invocation.HelpRequested)
                return invocation.PrintHelp(output);
            return invocation.Command.Run is { } run ? run(invocation) : invocation.PrintHelp(error);
        }
        catch (UsageException mistake)
        {
            error(mistake.Message + "\n");
            return mistake.ExitCode;
        }
    }

    /// <summary>Finds the command and reads its options and arguments.</summary>
    /// <exception cref="UsageException">The line cannot be understood.</exception>
    public Invocation Parse(string[] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return Parse(root, root.Name, null, words);
    }

    internal UsageException OptionError(Invocation invocation, string reason) =>
        new(reason, $"{reason}\n\n{Usage(invocation)}\n\nRun '{invocation.Path} --help' for more information", OptionErrorCode);

    private Invocation Parse(Command command, string path, Invocation? parent, string[] words)
    {
        var invocation = new Invocation(this, command, path, parent, command.BuildOptions());
        var leads = command.Subcommands is not null;
        if (OptionReader.Read(invocation, words, 0, command.Interspersed && !leads, Grammar) is { } complaint)
            throw OptionError(invocation, complaint);
        if (leads && invocation.Arguments is [var word, .. var rest])
        {
            if (parent is null && word == "help")
                return HelpTopic(invocation, rest);
            var found = Find(command, word) ?? throw UnknownCommand(invocation, word);
            var child = Parse(found, $"{path} {word}", invocation, rest);
            child.HelpRequested |= invocation.HelpRequested;
            return child;
        }
        if (!invocation.HelpRequested && command.Arguments.Complaint(invocation.Arguments.Length) is { } wrongCount)
            throw ArgumentError(invocation, wrongCount);
        return invocation;
    }

    /// <summary><c>help container ls</c> is <c>container ls --help</c>.</summary>
    private Invocation HelpTopic(Invocation top, string[] words)
    {
        var invocation = top;
        foreach (var word in words)
        {
            var found = invocation.Command.Subcommands is null ? null : Find(invocation.Command, word);
            if (found is null)
            {
                var reason = $"unknown help topic: {string.Join(' ', words)}";
                throw new UsageException(reason, reason, ArgumentErrorCode);
            }
            invocation = new Invocation(this, found, $"{invocation.Path} {word}", invocation, found.BuildOptions());
        }
        invocation.HelpRequested = true;
        return invocation;
    }

    private static Command? Find(Command command, string word)
    {
        foreach (var candidate in command.Subcommands!())
        {
            if (candidate.Answers(word))
                return candidate;
        }
        return null;
    }

    private UsageException UnknownCommand(Invocation invocation, string word)
    {
        var reason = $"unknown command: {invocation.Path} {word}";
        var message = $"{root.Name}: {reason}\n\n";
        if (NearMisses.Of(word, invocation.Command.Subcommands!()) is { Count: > 0 } near)
            message += $"Did you mean this?\n\t{string.Join("\n\t", near)}\n\n";
        if (invocation.Parent is not null)
            message += $"Usage:  {invocation.Path}\n\n";
        return new(reason, message + $"Run '{invocation.Path} --help' for more information", CommandErrorCode);
    }

    private UsageException ArgumentError(Invocation invocation, string complaint)
    {
        var reason = $"'{invocation.Path}' {complaint}";
        var verb = complaint.StartsWith("requires at least", StringComparison.Ordinal) ? "See" : "Run";
        var hint = $"{verb} '{invocation.Path} --help' for more information";
        return new(reason, $"{root.Name}: {reason}\n\n{Usage(invocation)}\n\n{hint}", ArgumentErrorCode);
    }

    private static string Usage(Invocation invocation) =>
        $"Usage:  {invocation.Path} {invocation.Command.ErrorUsage ?? invocation.Command.Usage}".TrimEnd();
}
