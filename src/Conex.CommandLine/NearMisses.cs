namespace Conex.CommandLine;

/// <summary>Commands that a mistyped word may have meant.</summary>
internal static class NearMisses
{
    private const int FarthestTypo = 2;

    internal static List<string> Of(string word, Command[] commands)
    {
        var near = new List<string>();
        foreach (var command in commands)
        {
            if (command.Hidden)
                continue;
            var startsAlike = word.Length > 0 && command.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase);
            // Two changes turn any two-letter word into any other: a typo leaves at least half of the word standing.
            var distance = Distance(word.AsSpan(0, Math.Min(word.Length, 64)), command.Name);
            if (startsAlike || (distance <= FarthestTypo && distance * 2 <= command.Name.Length + 1 && distance < word.Length))
                near.Add(command.Name);
        }
        return near;
    }

    /// <summary>How many letters must be added, removed, changed or swapped with their neighbour.</summary>
    private static int Distance(ReadOnlySpan<char> word, ReadOnlySpan<char> name)
    {
        var beforeLast = new int[name.Length + 1];
        var last = new int[name.Length + 1];
        var current = new int[name.Length + 1];
        for (var j = 0; j <= name.Length; j++)
            last[j] = j;
        for (var i = 1; i <= word.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= name.Length; j++)
            {
                var change = last[j - 1] + (word[i - 1] == name[j - 1] ? 0 : 1);
                current[j] = Math.Min(change, Math.Min(last[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && word[i - 1] == name[j - 2] && word[i - 2] == name[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[name.Length];
    }
}
