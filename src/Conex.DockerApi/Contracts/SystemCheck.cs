namespace Conex.DockerApi.Contracts;

/// <summary>The answer of <c>POST /conex/check</c>, which is this engine's own: how many of each kind are sound, and what is not.</summary>
public sealed record SystemCheckResponse
{
    public int Blobs { get; init; }

    public int Layers { get; init; }

    public int Images { get; init; }

    public int Containers { get; init; }

    public CheckFinding[] Findings { get; init; } = [];
}

/// <summary>Something that is not as it should be.</summary>
public sealed record CheckFinding
{
    /// <summary>What it is, and of what.</summary>
    public string Problem { get; init; } = "";

    /// <summary>What was done about it, or what helps.</summary>
    public string Help { get; init; } = "";

    /// <summary>Whether it is right now.</summary>
    public bool Repaired { get; init; }
}
