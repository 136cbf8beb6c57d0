namespace Conex.Api.Translation;

/// <summary>Shell patterns as Go's path.Match has them: <c>*</c> and <c>?</c> stop at a slash, <c>[a-z]</c> and <c>[^a-z]</c> are one of several.</summary>
internal static class PathPattern
{
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // Where the last star stands, and how much of the text it has taken: one star to go back to is enough.
        int star = -1;
        int taken = 0;
        int p = 0;
        int t = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                taken = t;
            }
            else if (p < pattern.Length && One(pattern[p..], text[t]) is var length and > 0)
            {
                p += length;
                t++;
            }
            else if (star >= 0 && text[taken] != '/')
            {
                p = star + 1;
                t = ++taken;
            }
            else
            {
                return false;
            }
        }
        return pattern[p..].IndexOfAnyExcept('*') < 0;
    }

    /// <summary>How many characters of the pattern stand for this character; 0 when they do not.</summary>
    private static int One(ReadOnlySpan<char> pattern, char c)
    {
        switch (pattern[0])
        {
            case '?':
                return c == '/' ? 0 : 1;
            case '\\' when pattern.Length > 1:
                return pattern[1] == c ? 2 : 0;
            case '[':
                return OneOf(pattern, c);
            default:
                return pattern[0] == c ? 1 : 0;
        }
    }

    private static int OneOf(ReadOnlySpan<char> pattern, char c)
    {
        int end = pattern.Length > 2 ? pattern[2..].IndexOf(']') + 2 : 1;
        if (end < 2)
        {
            return 0;
        }
        bool negated = pattern[1] == '^';
        ReadOnlySpan<char> set = pattern[(negated ? 2 : 1)..end];
        bool found = false;
        for (int i = 0; i < set.Length; i++)
        {
            bool isRange = i + 2 < set.Length && set[i + 1] == '-';
            found |= isRange ? c >= set[i] && c <= set[i + 2] : c == set[i];
            i += isRange ? 2 : 0;
        }
        return c != '/' && found != negated ? end + 1 : 0;
    }
}
