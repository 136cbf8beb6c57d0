namespace Conex.Images.Checks;

/// <summary>How the store is looked through.</summary>
public sealed record CheckOptions
{
    /// <summary>Whether what is found is put right.</summary>
    public bool Repair { get; init; }

    /// <summary>Whether sizes alone are looked at, and no content is read.</summary>
    public bool Quick { get; init; }
}
