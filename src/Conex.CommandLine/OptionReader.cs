using Conex.CommandLine.Values;

namespace Conex.CommandLine;

/// <summary>Separates one command's options from its arguments, as pflag does.</summary>
internal static class OptionReader
{
    /// <summary>Reads <paramref name="words"/> from <paramref name="start"/> on into <paramref name="invocation"/>.</summary>
    /// <returns>What is wrong with the line, or null.</returns>
    internal static string? Read(Invocation invocation, string[] words, int start, bool interspersed, Grammar grammar)
    {
        var arguments = new List<string>();
        for (var i = start; i < words.Length; i++)
        {
            var word = words[i];
            if (word.Length < 2 || word[0] != '-')
            {
                arguments.Add(word);
                if (interspersed)
                    continue;
                arguments.AddRange(words.AsSpan(i + 1));
                break;
            }
            if (word == "--")
            {
                arguments.AddRange(words.AsSpan(i + 1));
                break;
            }
            var complaint =
                word[1] == '-' ? Long(invocation, words, ref i, word.AsSpan(2), word)
                : grammar == Grammar.SingleDash && IsLongName(invocation, word) ? Long(invocation, words, ref i, word.AsSpan(1), word)
                : Cluster(invocation, words, ref i, word.AsSpan(1));
            if (complaint is not null)
                return complaint;
        }
        invocation.Arguments = [.. arguments];
        return null;
    }

    private static string? Long(Invocation invocation, string[] words, ref int i, ReadOnlySpan<char> text, string word)
    {
        if (text[0] is '-' or '=')
            return $"bad flag syntax: {word}";
        var equals = text.IndexOf('=');
        var name = equals < 0 ? text : text[..equals];
        // A table may list help, where its short name means something else; it never handles it.
        if (name is "help")
            return Help(invocation, equals < 0 ? "true" : text[(equals + 1)..].ToString());
        var index = invocation.Table.IndexOf(name);
        if (index < 0)
            return $"unknown flag: --{name}";
        if (equals >= 0)
            return invocation.Set(index, text[(equals + 1)..].ToString());
        if (invocation.Table.Options[index].Kind == OptionKind.Flag)
            return invocation.Set(index, "true");
        if (i + 1 >= words.Length)
            return $"flag needs an argument: --{name}";
        return invocation.Set(index, words[++i]);
    }

    private static string? Cluster(Invocation invocation, string[] words, ref int i, ReadOnlySpan<char> letters)
    {
        while (!letters.IsEmpty)
        {
            var cluster = letters;
            var letter = letters[0];
            letters = letters[1..];
            var index = invocation.Table.IndexOf(letter);
            var attached = cluster.Length > 2 && cluster[1] == '=';
            if (index < 0)
            {
                if (letter != 'h')
                    return $"unknown shorthand flag: {QuotedLetter(letter)} in -{cluster}";
                if (Help(invocation, attached ? cluster[2..].ToString() : "true") is { } complaint)
                    return complaint;
                if (attached)
                    return null;
                continue;
            }
            if (attached)
                return invocation.Set(index, cluster[2..].ToString());
            if (invocation.Table.Options[index].Kind == OptionKind.Flag)
            {
                if (invocation.Set(index, "true") is { } complaint)
                    return complaint;
                continue;
            }
            if (!letters.IsEmpty)
                return invocation.Set(index, letters.ToString());
            if (i + 1 >= words.Length)
                return $"flag needs an argument: {QuotedLetter(letter)} in -{cluster}";
            return invocation.Set(index, words[++i]);
        }
        return null;
    }

    private static bool IsLongName(Invocation invocation, string word)
    {
        var name = word.AsSpan(1);
        var equals = name.IndexOf('=');
        if (equals >= 0)
            name = name[..equals];
        return name is "help" || (name.Length > 1 && invocation.Table.IndexOf(name) >= 0);
    }

    private static string? Help(Invocation invocation, string value)
    {
        if (BooleanText.Parse(value) is not { } wanted)
        {
            var help = new Option
            {
                Name = "help",
                Kind = OptionKind.Flag,
                Description = "",
            };
            return Invocation.InvalidArgument(help, value, $"strconv.ParseBool: parsing {QuotedText.Of(value)}: invalid syntax");
        }
        invocation.HelpRequested = wanted;
        return null;
    }

    private static string QuotedLetter(char letter) => letter is '\'' or '\\' ? $"'\\{letter}'" : $"'{letter}'";
}
