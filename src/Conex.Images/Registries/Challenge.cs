namespace Conex.Images.Registries;

/// <summary>One way in which a server lets itself be convinced: a scheme and its parameters (RFC 9110, section 11.6.1).</summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    internal bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    internal bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    internal string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>Reads the values of WWW-Authenticate. Commas part challenges as well as parameters; what makes no sense is skipped.</summary>
    internal static IReadOnlyList<Challenge> Parse(IEnumerable<string> headers)
    {
        var challenges = new List<Challenge>();
        foreach (string header in headers)
        {
            Parse(header, challenges);
        }
        return challenges;
    }

    private static void Parse(string text, List<Challenge> challenges)
    {
        int i = 0;
        Dictionary<string, string>? parameters = null;
        while (true)
        {
            Skip(text, ref i, " \t,");
            if (i == text.Length)
            {
                return;
            }
            string word = Token(text, ref i);
            Skip(text, ref i, " \t");
            if (word.Length == 0)
            {
                // No token: a token68 or rubbish goes to the next comma.
                i = text.IndexOf(',', i) is var comma and >= 0 ? comma : text.Length;
            }
            else if (i < text.Length && text[i] == '=' && parameters is not null)
            {
                i++;
                Skip(text, ref i, " \t");
                parameters[word] = i < text.Length && text[i] == '"' ? Quoted(text, ref i) : Token(text, ref i);
            }
            else
            {
                parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                challenges.Add(new Challenge(word, parameters));
            }
        }
    }

    private static void Skip(string text, ref int i, string what)
    {
        while (i < text.Length && what.Contains(text[i], StringComparison.Ordinal))
        {
            i++;
        }
    }

    private static string Token(string text, ref int i)
    {
        int start = i;
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || "!#$%&'*+-.^_`|~/:".Contains(text[i], StringComparison.Ordinal)))
        {
            i++;
        }
        return text[start..i];
    }

    private static string Quoted(string text, ref int i)
    {
        var value = new System.Text.StringBuilder();
        for (i++; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
            }
            value.Append(text[i]);
        }
        i = Math.Min(i + 1, text.Length);
        return value.ToString();
    }
}
