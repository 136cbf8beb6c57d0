using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conex.DockerApi.Contracts;

/// <summary>What is at a path of a container: base64 of its JSON is the header X-Docker-Container-Path-Stat.</summary>
public sealed record ContainerPathStat
{
    /// <summary>Bits of <see cref="Mode"/>, which is Go's io/fs.FileMode and not the kernel's.</summary>
    public const uint ModeDirectory = 1u << 31;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeSymbolicLink = 1 << 27;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeDevice = 1 << 26;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeFifo = 1 << 25;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeSocket = 1 << 24;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeSetUser = 1 << 23;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeSetGroup = 1 << 22;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeCharacterDevice = 1 << 21;

    /// <inheritdoc cref="ModeDirectory"/>
    public const uint ModeSticky = 1 << 20;

    /// <summary>The header's name.</summary>
    public const string Header = "X-Docker-Container-Path-Stat";

    [JsonPropertyName("name")]
    public string Name { get; init; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    /// <summary>Permissions and type.</summary>
    [JsonPropertyName("mode")]
    public uint Mode { get; init; }

    /// <summary>RFC 3339.</summary>
    [JsonPropertyName("mtime")]
    public string ModifiedAt { get; init; } = "";

    /// <summary>Where a symbolic link leads; else empty.</summary>
    [JsonPropertyName("linkTarget")]
    public string LinkTarget { get; init; } = "";

    [JsonIgnore]
    public bool IsDirectory => (Mode & ModeDirectory) != 0;

    [JsonIgnore]
    public bool IsSymbolicLink => (Mode & ModeSymbolicLink) != 0;

    /// <summary>The header's value.</summary>
    public string ToHeader() => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, DockerJson.Default.ContainerPathStat));

    /// <summary>Reads the header's value.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ContainerPathStat Parse(string? header)
    {
        try
        {
            return JsonSerializer.Deserialize(Convert.FromBase64String(header ?? ""), DockerJson.Default.ContainerPathStat)
                ?? throw new FormatException($"the answer's header {Header} is null");
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            throw new FormatException($"the answer's header {Header} is not what the API promises", wrong);
        }
    }
}
