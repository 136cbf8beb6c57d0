using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>POST /containers/{id}/wait</c>, sent when the condition holds; the headers come at once.</summary>
public sealed record WaitResponse
{
    public long StatusCode { get; init; }

    public WaitError? Error { get; init; }
}

public sealed record WaitError
{
    public string Message { get; init; } = "";
}

/// <summary>The answer of <c>GET /containers/{id}/top</c>: the columns of ps(1) and a row for each process.</summary>
public sealed record TopResponse
{
    public string[] Titles { get; init; } = [];

    public string[][] Processes { get; init; } = [];
}

/// <summary>The body of <c>POST /containers/{id}/exec</c>.</summary>
public sealed record ExecCreateRequest
{
    public string User { get; init; } = "";

    public bool Privileged { get; init; }

    public bool Tty { get; init; }

    /// <summary>Rows and columns.</summary>
    public int[]? ConsoleSize { get; init; }

    public bool AttachStdin { get; init; }

    public bool AttachStderr { get; init; }

    public bool AttachStdout { get; init; }

    public bool Detach { get; init; }

    public string DetachKeys { get; init; } = "";

    [JsonIgnore(Condition = Never)]
    public string[]? Env { get; init; }

    public string WorkingDir { get; init; } = "";

    [JsonIgnore(Condition = Never), JsonConverter(typeof(StringOrArrayConverter))]
    public string[]? Cmd { get; init; }
}

public sealed record ExecCreateResponse
{
    public string Id { get; init; } = "";
}

/// <summary>The body of <c>POST /exec/{id}/start</c>.</summary>
public sealed record ExecStartRequest
{
    public bool Detach { get; init; }

    public bool Tty { get; init; }

    /// <summary>Rows and columns.</summary>
    public int[]? ConsoleSize { get; init; }
}

/// <summary>The answer of <c>GET /exec/{id}/json</c>.</summary>
public sealed record ExecInspect
{
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    public bool Running { get; init; }

    /// <summary>Null while the process runs.</summary>
    [JsonIgnore(Condition = Never)]
    public int? ExitCode { get; init; }

    public ExecProcessConfig ProcessConfig { get; init; } = new();

    public bool OpenStdin { get; init; }

    public bool OpenStderr { get; init; }

    public bool OpenStdout { get; init; }

    public bool CanRemove { get; init; }

    [JsonPropertyName("ContainerID")]
    public string ContainerId { get; init; } = "";

    public string DetachKeys { get; init; } = "";

    public int Pid { get; init; }
}

public sealed record ExecProcessConfig
{
    [JsonPropertyName("tty")]
    public bool Tty { get; init; }

    [JsonPropertyName("entrypoint")]
    public string Entrypoint { get; init; } = "";

    [JsonPropertyName("arguments")]
    public string[] Arguments { get; init; } = [];

    [JsonPropertyName("privileged")]
    public bool Privileged { get; init; }

    [JsonPropertyName("user")]
    public string? User { get; init; }
}
