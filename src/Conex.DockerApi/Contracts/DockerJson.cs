using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>The generated JSON code of all contracts. Member names are Docker's; unknown members are ignored; null members are left out,
/// except those that Docker always prints.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerCreateRequest))]
[JsonSerializable(typeof(ContainerCreateResponse))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(ContainerChange[]))]
[JsonSerializable(typeof(ContainerPathStat))]
[JsonSerializable(typeof(CommitResponse))]
[JsonSerializable(typeof(WaitResponse))]
[JsonSerializable(typeof(TopResponse))]
[JsonSerializable(typeof(ExecCreateRequest))]
[JsonSerializable(typeof(ExecCreateResponse))]
[JsonSerializable(typeof(ExecStartRequest))]
[JsonSerializable(typeof(ExecInspect))]
[JsonSerializable(typeof(ImageSummary[]))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(ImageDeleteItem[]))]
[JsonSerializable(typeof(HistoryItem[]))]
[JsonSerializable(typeof(ImagesPruneResponse))]
[JsonSerializable(typeof(DiskUsageResponse))]
[JsonSerializable(typeof(SystemCheckResponse))]
[JsonSerializable(typeof(AuthConfig))]
[JsonSerializable(typeof(AuthResponse))]
[JsonSerializable(typeof(PushResult))]
[JsonSerializable(typeof(DistributionInspect))]
[JsonSerializable(typeof(SearchResult[]))]
[JsonSerializable(typeof(ImageMount[]))]
[JsonSerializable(typeof(VersionResponse))]
[JsonSerializable(typeof(InfoResponse))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(JsonMessage))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
public sealed partial class DockerJson : JsonSerializerContext
{
    private static DockerJson? tolerant;

    /// <summary>Reads requests as leniently as Docker's server does: member names in any case, and null for any value meaning its default.</summary>
    public static DockerJson Tolerant =>
        tolerant ??= new DockerJson(
            new JsonSerializerOptions
            {
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                PropertyNameCaseInsensitive = true,
                MaxDepth = 32,
                Converters =
                {
                    new NullAsDefaultConverter<bool>(static (ref reader) => reader.GetBoolean(), false),
                    new NullAsDefaultConverter<int>(static (ref reader) => reader.GetInt32(), 0),
                    new NullAsDefaultConverter<long>(static (ref reader) => reader.GetInt64(), 0),
                    new NullAsDefaultConverter<ulong>(static (ref reader) => reader.GetUInt64(), 0),
                    new NullAsDefaultConverter<string>(static (ref reader) => reader.GetString()!, ""),
                },
            }
        );
}
