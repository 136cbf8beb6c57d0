using System.Diagnostics.CodeAnalysis;

namespace Conex.Oci;

/// <summary>
/// The name of an image as people type it, normalised: <c>ubuntu</c> is <c>docker.io/library/ubuntu</c>. Grammar and error sentences are
/// those of docker, so that scripts which look at them keep working.
/// </summary>
public readonly record struct ImageReference
{
    /// <summary>The domain of names that give none.</summary>
    public const string DefaultDomain = "docker.io";

    /// <summary>The host that serves the registry API of <see cref="DefaultDomain"/>, which serves pages itself.</summary>
    public const string DefaultRegistryHost = "registry-1.docker.io";

    /// <summary>The tag of names that give neither tag nor digest.</summary>
    public const string DefaultTag = "latest";

    internal const string OfficialPrefix = "library/";

    internal ImageReference(string domain, string path, string? tag, Digest? digest)
    {
        Domain = domain;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry, with its port if one was given: <c>docker.io</c>, <c>registry.example:5000</c>, <c>[::1]:5000</c>.</summary>
    public string Domain { get; }

    /// <summary>The host and port that serve the registry API.</summary>
    public string RegistryHost => Domain == DefaultDomain ? DefaultRegistryHost : Domain;

    /// <summary>The repository within the registry: <c>library/ubuntu</c>.</summary>
    public string Path { get; }

    /// <summary>The tag; null when none was given.</summary>
    public string? Tag { get; private init; }

    /// <summary>The digest; null when none was given. It decides where there is a tag too.</summary>
    public Digest? Digest { get; private init; }

    /// <summary>Domain and path: <c>docker.io/library/ubuntu</c>.</summary>
    public string Name => Domain + "/" + Path;

    /// <summary>The shortest name that means the same: <c>ubuntu</c>.</summary>
    public string FamiliarName => ImageReferenceGrammar.FamiliarName(Domain, Path);

    /// <summary>The familiar name with tag and digest: <c>ubuntu:24.04</c>.</summary>
    public string Familiar => FamiliarName + Suffix;

    /// <summary>Whether there is neither tag nor digest.</summary>
    public bool IsNameOnly => Tag is null && Digest is null;

    /// <summary>Why an image can go by no such name, in docker's words; null when it can.</summary>
    public string? NameFault =>
        FamiliarName == Oci.Digest.Sha256 ? "refusing to create an ambiguous tag using digest algorithm as name" : null;

    /// <summary>Why an image can be given no such name with a tag, in docker's words; null when it can.</summary>
    public string? TagFault => Digest is null ? NameFault : "refusing to create a tag with a digest reference";

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FormatException">It is none; the message is docker's, such as <c>invalid reference format</c>.</exception>
    public static ImageReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ImageReferenceGrammar.Parse(text, out ImageReference reference) is { } fault ? throw new FormatException(fault) : reference;
    }

    /// <summary>Reads a reference; false when <paramref name="text"/> is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ImageReference reference)
    {
        reference = default;
        return text is not null && ImageReferenceGrammar.Parse(text, out reference) is null;
    }

    /// <summary>This reference, with the tag <c>latest</c> when it is a name only.</summary>
    public ImageReference WithDefaultTag() => IsNameOnly ? this with { Tag = DefaultTag } : this;

    /// <summary>This reference with another tag and no digest.</summary>
    /// <exception cref="FormatException"><paramref name="tag"/> is no tag.</exception>
    public ImageReference WithTag(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return ImageReferenceGrammar.IsTag(tag) ? this with { Tag = tag, Digest = null } : throw new FormatException("invalid tag format");
    }

    /// <summary>This name with a digest and no tag.</summary>
    public ImageReference WithDigest(Digest digest) => this with { Tag = null, Digest = digest };

    /// <summary>The name without tag and digest.</summary>
    public ImageReference WithoutTagAndDigest() => this with { Tag = null, Digest = null };

    /// <summary>The whole reference: <c>docker.io/library/ubuntu:24.04</c>; empty for the default value.</summary>
    public override string ToString() => Domain is null ? "" : Name + Suffix;
}
