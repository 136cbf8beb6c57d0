using System.Text;

namespace Hello;

/// <summary>Collects lines and prints them in one write.</summary>
internal sealed class Report
{
    private const int NameWidth = 14;
    private const int Width = 100;
    private readonly StringBuilder text = new();

    internal void Line(string line) => text.Append(line).Append('\n');

    /// <summary>A named fact; long ones continue below their beginning.</summary>
    internal void Fact(string name, string value)
    {
        text.Append("  ").Append(name.PadRight(NameWidth));
        int column = NameWidth + 2;
        foreach (string word in value.Split(' '))
        {
            if (column + word.Length + 1 > Width)
            {
                text.Length--;
                text.Append('\n').Append(' ', NameWidth + 2);
                column = NameWidth + 2;
            }
            text.Append(word).Append(' ');
            column += word.Length + 1;
        }
        text.Length--;
        text.Append('\n');
    }

    internal void Print()
    {
        using Stream output = Console.OpenStandardOutput();
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>A file's text without the end of the last line; null when it is not there or may not be read.</summary>
    internal static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
