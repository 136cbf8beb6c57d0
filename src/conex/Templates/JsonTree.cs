using System.Text;
using System.Text.Json;

namespace Conex.Cli.Templates;

/// <summary>A JSON object of a template's data.</summary>
/// <param name="Members">In the order of the text.</param>
internal sealed record JsonMap(List<(string Name, object? Value)> Members)
{
    internal bool TryGet(string name, out object? value)
    {
        foreach (var (candidate, found) in Members)
        {
            if (candidate == name)
            {
                value = found;
                return true;
            }
        }
        value = null;
        return false;
    }
}

/// <summary>A JSON number of a template's data, as it is written: none of its digits may change.</summary>
internal sealed record JsonNumber(string Text);

/// <summary>
/// Reads a template's data: maps, lists, text, numbers, truth values and null. JsonDocument could do it too, but its check for repeated
/// members links OpenSSL into the program.
/// </summary>
internal static class JsonTree
{
    /// <exception cref="FormatException">It is no JSON.</exception>
    internal static object? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            return Read(ref reader);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"the engine's answer is no JSON: {wrong.Message}", wrong);
        }
    }

    private static object? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<(string, object?)>();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    members.Add((name, Read(ref reader)));
                }
                return new JsonMap(members);
            case JsonTokenType.StartArray:
                var items = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(ref reader));
                return items;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return new JsonNumber(Encoding.ASCII.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                return null;
        }
    }
}
