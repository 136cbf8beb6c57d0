using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Runtime.Rootfs;

/// <summary>How a container's root file system is put together in its own mount namespace: the <c>rootfs.json</c> of a bundle.</summary>
public sealed record RootfsAssembly : IJsonRecord<RootfsAssembly>
{
    /// <summary><c>overlay</c>: unpacked layers by overlayfs and the new mount API; <c>overlay-legacy</c>: the same by mount(2), for
    /// kernels before 6.5 that know no <c>lowerdir+</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>Absolute directories of the layers, the top-most first.</summary>
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
