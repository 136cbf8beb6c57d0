using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>Reads null as a value's default, as Go's decoder does, on which clients rely. Only reads: requests are read with it, nothing is written.</summary>
internal sealed class NullAsDefaultConverter<T>(NullAsDefaultConverter<T>.ReadValue read, T whenNull) : JsonConverter<T>
{
    internal delegate T ReadValue(ref Utf8JsonReader reader);

    public override bool HandleNull => true;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return whenNull;
        }

        try
        {
            return read(ref reader);
        }
        catch (InvalidOperationException wrongToken)
        {
            throw new JsonException($"cannot read {reader.TokenType} as {typeof(T).Name}", wrongToken);
        }
    }

    // Dictionary keys come here too; the default reader would not find them in this converter.
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(ref reader);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are read with this converter; nothing is written.");
}
