namespace Conex.DockerApi.Client;

/// <summary>Which part of a container's log.</summary>
public sealed record LogOptions
{
    public bool Stdout { get; init; } = true;

    public bool Stderr { get; init; } = true;

    /// <summary>Go on with what the container writes from now on, until it ends.</summary>
    public bool Follow { get; init; }

    /// <summary>Put the time before each line.</summary>
    public bool Timestamps { get; init; }

    public bool Details { get; init; }

    /// <summary>A number of lines from the end, or <c>all</c>.</summary>
    public string? Tail { get; init; }

    /// <summary>Seconds since 1970 with a fraction, or RFC 3339.</summary>
    public string? Since { get; init; }

    /// <summary>Seconds since 1970 with a fraction, or RFC 3339.</summary>
    public string? Until { get; init; }
}

/// <summary>What to attach to.</summary>
public sealed record AttachOptions
{
    public bool Stdin { get; init; }

    public bool Stdout { get; init; } = true;

    public bool Stderr { get; init; } = true;

    /// <summary>First what the container has written so far.</summary>
    public bool Logs { get; init; }

    /// <summary>The keys that end the attachment, as <c>ctrl-p,ctrl-q</c>; null means those.</summary>
    public string? DetachKeys { get; init; }
}
