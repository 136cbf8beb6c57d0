using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Conex.Oci.Json;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Rootfs;

/// <summary>How a container's root file system is put together in its own mount namespace: the <c>rootfs.json</c> of a bundle.</summary>
public sealed record RootfsAssembly : IJsonRecord<RootfsAssembly>
{
    /// <summary>The strategy whose layers are directories.</summary>
    public const string Overlay = "overlay";

    /// <summary>The strategy whose layers may be mounts.</summary>
    public const string OverlayOfMounts = "overlay-mounts";

    /// <summary>The strategy for overlayfs of kernels before 6.7.</summary>
    public const string LegacyOverlay = "overlay-legacy";

    private const string DescriptorPrefix = "fd:";

    /// <summary><c>overlay</c>: layers in directories by overlayfs and the new mount API; <c>overlay-mounts</c>: the same, and layers may be mounts
    /// that the starter of the runtime handed in, for kernels whose overlayfs takes detached mounts by descriptor; <c>overlay-legacy</c>: directories
    /// by mount(2), for kernels before 6.7 that know no <c>lowerdir+</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>The layers, the top-most first: absolute directories, and with <c>overlay-mounts</c> also <c>fd:N</c>, a mount by the number of
    /// an inherited descriptor.</summary>
    public required IReadOnlyList<string> Lowers { get; init; }

    /// <summary>The container's own layer, absolute.</summary>
    public required string Upper { get; init; }

    /// <summary>overlayfs's working directory on the file system of <see cref="Upper"/>, absolute.</summary>
    public required string Work { get; init; }

    public RootfsAssembly() { }

    [SetsRequiredMembers]
    private RootfsAssembly(ref JsonReader json)
    {
        string? strategy = null;
        string[]? lowers = null;
        string? upper = null;
        string? work = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("strategy"u8))
                strategy = json.String();
            else if (json.Is("lowers"u8))
                lowers = json.Strings();
            else if (json.Is("upper"u8))
                upper = json.String();
            else if (json.Is("work"u8))
                work = json.String();
            else
                json.Skip();
        }
        Strategy = json.Required(strategy, "strategy");
        Lowers = json.Required(lowers, "lowers");
        Upper = json.Required(upper, "upper");
        Work = json.Required(work, "work");
    }

    /// <summary>The descriptor's number when a layer is a mount.</summary>
    /// <exception cref="InvalidSpecException">The number cannot be one.</exception>
    internal int? DescriptorOf(string lower)
    {
        if (Strategy is not OverlayOfMounts || !lower.StartsWith(DescriptorPrefix, StringComparison.Ordinal))
        {
            return null;
        }
        return
            int.TryParse(lower.AsSpan(DescriptorPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number > 2
            ? number
            : throw new InvalidSpecException($"rootfs.json: {lower} is no descriptor");
    }

    /// <exception cref="FormatException">The text is not what is described here; the message begins with the member's path.</exception>
    public static RootfsAssembly Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<RootfsAssembly>(utf8);

    /// <summary>The document as compact JSON in UTF-8.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static RootfsAssembly IJsonRecord<RootfsAssembly>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("strategy"u8, Strategy);
        json.Member("lowers"u8, Lowers);
        json.Member("upper"u8, Upper);
        json.Member("work"u8, Work);
    }
}
