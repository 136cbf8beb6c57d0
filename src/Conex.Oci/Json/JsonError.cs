using System.Text;
using System.Text.Json;

namespace Conex.Oci.Json;

/// <summary>Sentences about a document that is not as it should be. Only here the document is read a second time, to learn the path.</summary>
internal static class JsonError
{
    private const int LongestShown = 64;

    internal static FormatException Expected(ReadOnlySpan<byte> document, in Utf8JsonReader at, string expected) =>
        new($"{Path(document, at.TokenStartIndex)}: expected {expected}, found {Found(at)}");

    internal static FormatException Missing(ReadOnlySpan<byte> document, in Utf8JsonReader atEnd, string name)
    {
        string path = Path(document, atEnd.TokenStartIndex);
        return new FormatException(path == "the document" ? $"{name} is missing" : $"{path}.{name} is missing");
    }

    internal static FormatException Syntax(ReadOnlySpan<byte> document, JsonException error)
    {
        long line = (error.LineNumber ?? 0) + 1;
        long column = (error.BytePositionInLine ?? 0) + 1;
        return new FormatException($"{Path(document, long.MaxValue)}: not valid JSON (line {line}, column {column})", error);
    }

    private static string Found(in Utf8JsonReader at) =>
        at.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            JsonTokenType.Null => "null",
            JsonTokenType.Number => Shortened(Encoding.UTF8.GetString(at.ValueSpan)),
            _ => '"' + Shortened(Encoding.UTF8.GetString(at.ValueSpan)) + '"',
        };

    private static string Shortened(string text) => text.Length <= LongestShown ? text : text[..LongestShown] + "…";

    /// <summary>The path of the token at an offset, or of the place where the grammar breaks: <c>linux.seccomp.syscalls[3].args</c>.</summary>
    private static string Path(ReadOnlySpan<byte> document, long offset)
    {
        Stack<Step> steps = new();
        Utf8JsonReader json = new(document);
        try
        {
            while (json.Read())
            {
                bool isEnd = json.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
                if (json.TokenType == JsonTokenType.PropertyName)
                {
                    steps.Peek().Name = Shortened(Encoding.UTF8.GetString(json.ValueSpan));
                }
                else if (isEnd)
                {
                    steps.Pop();
                }
                else if (steps.TryPeek(out Step? list) && list.IsList)
                {
                    list.Index++;
                }
                if (json.TokenStartIndex >= offset)
                {
                    break;
                }
                if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    steps.Push(new Step(json.TokenType == JsonTokenType.StartArray));
                }
            }
        }
        catch (JsonException)
        {
            // The steps so far lead to the place where the grammar breaks.
        }
        return Text(steps);
    }

    private static string Text(Stack<Step> steps)
    {
        StringBuilder path = new();
        foreach (Step step in steps.Reverse())
        {
            if (step.IsList && step.Index >= 0)
            {
                path.Append('[').Append(step.Index).Append(']');
            }
            else if (step.Name is { } name)
            {
                bool plain = name.AsSpan().IndexOfAny('.', ' ', '/') < 0;
                _ = plain ? path.Append(path.Length == 0 ? "" : ".").Append(name) : path.Append("[\"").Append(name).Append("\"]");
            }
        }
        return path.Length == 0 ? "the document" : path.ToString();
    }

    private sealed class Step(bool isList)
    {
        public bool IsList { get; } = isList;

        public int Index { get; set; } = -1;

        public string? Name { get; set; }
    }
}
