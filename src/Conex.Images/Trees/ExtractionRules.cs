namespace Conex.Images.Trees;

/// <summary>How an archive is written over a tree.</summary>
public sealed record ExtractionRules
{
    /// <summary>Whether a directory may give way to what is none, and the other way round; else that is an error.</summary>
    public bool ReplacesKinds { get; init; }

    /// <summary>Whether owners, file capabilities and device nodes are those of the archive. Without, everything belongs to the user of this
    /// process, devices are left out, and nothing runs with the rights of an owner who is not there.</summary>
    public bool KeepsOwners { get; init; } = true;

    /// <summary>Who owns everything in place of the archive's owners; null: they.</summary>
    public (uint User, uint Group)? Owner { get; init; }

    /// <summary>What an entry's path becomes; null: it stays.</summary>
    public Func<byte[], byte[]>? Renames { get; init; }
}
