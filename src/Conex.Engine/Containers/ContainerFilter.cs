namespace Conex.Engine.Containers;

/// <summary>Which containers a list shows. Values of one key are alternatives (labels: all must hold); keys must all hold.</summary>
public sealed record ContainerFilter
{
    /// <summary>Whether containers that do not run are shown.</summary>
    public bool All { get; init; }

    /// <summary>Show only this many, the newest, running or not; 0: no limit.</summary>
    public int Limit { get; init; }

    /// <summary>Docker's filters by key: <c>id</c>, <c>name</c>, <c>label</c>, <c>status</c>, <c>ancestor</c>, <c>exited</c>,
    /// <c>before</c>, <c>since</c>, <c>network</c>, <c>volume</c>, <c>health</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Filters { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
}
