namespace Conex.Bench;

/// <summary>One command of a <see cref="Subject"/>.</summary>
/// <param name="Label">What its row says after the subject's name; null if it is not measured.</param>
internal sealed record Step(string? Label, string Command)
{
    internal List<Sample> Samples { get; } = [];

    internal static Step Parse(string text)
    {
        int space = text.IndexOf(' ');
        return space > 0 && text[space - 1] == ':' ? new Step(text[..(space - 1)], text[(space + 1)..]) : new Step(null, text);
    }
}
