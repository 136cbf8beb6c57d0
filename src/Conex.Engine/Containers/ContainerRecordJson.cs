using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conex.Engine.Containers;

/// <summary>Source-generated JSON of <c>container.json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(ContainerRecord))]
internal sealed partial class ContainerRecordJson : JsonSerializerContext
{
    internal static byte[] Write(ContainerRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, Default.ContainerRecord);

    /// <exception cref="JsonException">It is no record.</exception>
    internal static ContainerRecord Read(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Default.ContainerRecord) ?? throw new JsonException("the record is null");
}
