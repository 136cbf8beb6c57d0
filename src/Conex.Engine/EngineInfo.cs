using Conex.Images.Layers;

namespace Conex.Engine;

/// <summary>The engine and its host at one moment.</summary>
public sealed record EngineInfo
{
    public required string Build { get; init; }

    /// <summary>An ID of this data directory that stays.</summary>
    public required string EngineId { get; init; }

    public required string DataRoot { get; init; }

    public int Containers { get; init; }

    public int Running { get; init; }

    public int Stopped { get; init; }

    public int Images { get; init; }

    public required string Hostname { get; init; }

    /// <summary>As <c>uname -r</c> prints it.</summary>
    public required string KernelVersion { get; init; }

    /// <summary>PRETTY_NAME of os-release(5).</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>VERSION_ID of os-release(5).</summary>
    public string OperatingSystemVersion { get; init; } = "";

    /// <summary>As <c>uname -m</c> prints it: <c>x86_64</c>.</summary>
    public required string Architecture { get; init; }

    public int Processors { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary><c>1</c> or <c>2</c>.</summary>
    public required string CgroupVersion { get; init; }

    /// <summary>How containers get the files of layers.</summary>
    public LayerStorage Layers { get; init; }

    /// <summary>Why layers cannot be mounted here; empty when they can.</summary>
    public string LayerObstacle { get; init; } = "";

    /// <summary><c>name=seccomp,profile=builtin</c> and the like.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    /// <summary>What could not be put right when the engine was opened.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
