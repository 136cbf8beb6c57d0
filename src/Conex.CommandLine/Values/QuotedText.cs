using System.Globalization;
using System.Text;

namespace Conex.CommandLine.Values;

/// <summary>Text in double quotes as Go's %q prints it; messages are compared with docker's.</summary>
public static class QuotedText
{
    /// <summary>Quotes <paramref name="text"/>; control characters become escapes, so a message stays on its line.</summary>
    public static string Of(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"':
                case '\\':
                    quoted.Append('\\').Append(c);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                default:
                    if (c < ' ' || c == '\x7f')
                        quoted.Append("\\x").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
                    else
                        quoted.Append(c);
                    break;
            }
        }
        return quoted.Append('"').ToString();
    }
}
