using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>What an image or a container runs: the <c>Config</c> of the Docker Engine API, which an image provides and a container overrides.</summary>
public record ContainerConfig
{
    public string Hostname { get; init; } = "";

    public string Domainname { get; init; } = "";

    /// <summary><c>user[:group]</c>, each a name or a number; empty means the image's user.</summary>
    public string User { get; init; } = "";

    public bool AttachStdin { get; init; }

    public bool AttachStdout { get; init; }

    public bool AttachStderr { get; init; }

    /// <summary>Ports as <c>80/tcp</c> that the container listens on; a note only.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    public bool Tty { get; init; }

    public bool OpenStdin { get; init; }

    /// <summary>Standard input ends when the first attached client leaves.</summary>
    public bool StdinOnce { get; init; }

    /// <summary><c>NAME=value</c>; a bare <c>NAME</c> removes the variable of the image.</summary>
    [JsonIgnore(Condition = Never)]
    public string[]? Env { get; init; }

    [JsonIgnore(Condition = Never), JsonConverter(typeof(StringOrArrayConverter))]
    public string[]? Cmd { get; init; }

    public Healthcheck? Healthcheck { get; init; }

    public bool? ArgsEscaped { get; init; }

    public string Image { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; init; }

    public string WorkingDir { get; init; } = "";

    /// <summary>Null means the image's; an array with one empty string means none.</summary>
    [JsonIgnore(Condition = Never), JsonConverter(typeof(StringOrArrayConverter))]
    public string[]? Entrypoint { get; init; }

    public bool? NetworkDisabled { get; init; }

    public string? MacAddress { get; init; }

    [JsonIgnore(Condition = Never)]
    public string[]? OnBuild { get; init; }

    [JsonIgnore(Condition = Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public string? StopSignal { get; init; }

    /// <summary>Seconds between the stop signal and SIGKILL.</summary>
    public int? StopTimeout { get; init; }

    [JsonConverter(typeof(StringOrArrayConverter))]
    public string[]? Shell { get; init; }
}

/// <summary>How to probe a container's health; durations in nanoseconds, absent means inherited.</summary>
public sealed record Healthcheck
{
    public string[]? Test { get; init; }

    public long? Interval { get; init; }

    public long? Timeout { get; init; }

    public long? StartPeriod { get; init; }

    public long? StartInterval { get; init; }

    public int? Retries { get; init; }
}
