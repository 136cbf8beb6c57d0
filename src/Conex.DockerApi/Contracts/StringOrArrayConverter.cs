using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>Reads a command that is either an array of strings or, as older clients send it, one string.</summary>
public sealed class StringOrArrayConverter : JsonConverter<string[]?>
{
    /// <inheritdoc/>
    public override string[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return [reader.GetString()!];
            case JsonTokenType.StartArray:
                var items = new List<string>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType != JsonTokenType.String)
                    {
                        throw new JsonException($"expected a string, found {reader.TokenType}");
                    }

                    items.Add(reader.GetString()!);
                }

                return [.. items];
            default:
                throw new JsonException($"expected a string or an array of strings, found {reader.TokenType}");
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string[]? value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (var item in value)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }
}
