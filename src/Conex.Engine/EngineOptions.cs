using Conex.Engine.Runtimes;
using Conex.Images.Layers;
using Conex.Images.Registries;

namespace Conex.Engine;

/// <summary>Where an engine lives and which programs it uses.</summary>
public sealed record EngineOptions
{
    /// <summary>What survives a reboot: records, images, writable layers, logs. Absolute.</summary>
    public required string DataRoot { get; init; }

    /// <summary>What a reboot ends: sockets, runtime states, exit files. Absolute.</summary>
    public required string RunRoot { get; init; }

    /// <summary>The file of <c>conex-runtime</c>.</summary>
    public required string RuntimePath { get; init; }

    /// <summary>The file of <c>conexd</c>, which a monitor starts when its container has ended and nobody listens; null: it starts nothing.</summary>
    public string? ConexdPath { get; init; }

    /// <summary>The engine's own socket, which the monitors probe; null: <c>RunRoot/conex.sock</c>.</summary>
    public string? EngineSocket { get; init; }

    /// <summary>Reads the static program of the embedded image <c>hello</c>; null: there is no such image.</summary>
    public Func<byte[]>? HelloProgram { get; init; }

    /// <summary>How containers shall get the files of layers.</summary>
    public LayerStorage Layers { get; init; }

    /// <summary>The build that <c>/_ping</c> and <c>info</c> report.</summary>
    public string Build { get; init; } = "";

    /// <summary>How registries are reached.</summary>
    public RegistrySettings Registries { get; init; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What stands for <c>conex-runtime</c>; null: the program at <see cref="RuntimePath"/>.</summary>
    public IRuntimeProgram? Runtime { get; init; }
}
