namespace Conex.Engine.Containers;

/// <summary>A container as it is kept in <c>container.json</c>.</summary>
public sealed record ContainerRecord
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Without a leading slash.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The image's ID, <c>sha256:…</c>.</summary>
    public required string ImageId { get; init; }

    /// <summary>What the container runs, with the image's values merged in.</summary>
    public required ContainerConfiguration Configuration { get; init; }

    /// <summary>Absolute directories of the image's layers, the top-most first.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>What is known of its life; while it runs, its monitor knows better.</summary>
    public ContainerState State { get; init; } = new();

    /// <summary>The boot during which <see cref="State"/> was written.</summary>
    public string BootId { get; init; } = "";
}
