namespace Conex.CommandLine;

/// <summary>How many arguments a command takes besides its options.</summary>
/// <param name="Minimum">Fewest arguments.</param>
/// <param name="Maximum">Most arguments.</param>
public readonly record struct ArgumentCount(int Minimum, int Maximum)
{
    /// <summary>No arguments.</summary>
    public static ArgumentCount None => new(0, 0);

    /// <summary>Any number of arguments.</summary>
    public static ArgumentCount Any => new(0, int.MaxValue);

    /// <summary>Exactly <paramref name="count"/> arguments.</summary>
    public static ArgumentCount Exactly(int count) => new(count, count);

    /// <summary><paramref name="count"/> arguments or more.</summary>
    public static ArgumentCount AtLeast(int count) => new(count, int.MaxValue);

    /// <summary><paramref name="count"/> arguments or fewer.</summary>
    public static ArgumentCount AtMost(int count) => new(0, count);

    /// <summary>Says what is wrong with <paramref name="count"/> arguments in docker's words, or null when nothing is.</summary>
    internal string? Complaint(int count)
    {
        if (count >= Minimum && count <= Maximum)
            return null;
        if (Maximum == 0)
            return "accepts no arguments";
        if (Minimum == Maximum)
            return $"requires {Minimum} {Noun(Minimum)}";
        if (Maximum == int.MaxValue)
            return $"requires at least {Minimum} {Noun(Minimum)}";
        return Minimum == 0
            ? $"requires at most {Maximum} {Noun(Maximum)}"
            : $"requires at least {Minimum} and at most {Maximum} {Noun(Maximum)}";
    }

    private static string Noun(int count) => count == 1 ? "argument" : "arguments";
}
