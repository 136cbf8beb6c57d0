using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.ImageSpec;

public sealed partial record ImageConfig : IJsonRecord<ImageConfig>
{
    public ImageConfig() { }

    [SetsRequiredMembers]
    private ImageConfig(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("created"u8))
                Created = json.Instant();
            else if (json.Is("author"u8))
                Author = json.String();
            else if (json.Is("architecture"u8))
                Architecture = json.String() ?? "";
            else if (json.Is("variant"u8))
                Variant = json.String();
            else if (json.Is("os"u8))
                Os = json.String() ?? "";
            else if (json.Is("os.version"u8))
                OsVersion = json.String();
            else if (json.Is("os.features"u8))
                OsFeatures = json.Strings();
            else if (json.Is("config"u8))
                Config = json.Object<ImageExecution>();
            else if (json.Is("rootfs"u8))
                Rootfs = json.Object<RootFs>()!;
            else if (json.Is("history"u8))
                History = json.List<HistoryEntry>();
            else
                json.Skip();
        }
        Rootfs = json.Required(Rootfs, "rootfs");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static ImageConfig Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ImageConfig>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ImageConfig IJsonRecord<ImageConfig>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("created"u8, Created);
        json.Member("author"u8, Author);
        json.Member("architecture"u8, Architecture);
        json.Member("variant"u8, Variant);
        json.Member("os"u8, Os);
        json.Member("os.version"u8, OsVersion);
        json.Member("os.features"u8, OsFeatures);
        json.Member("config"u8, Config);
        json.Member("rootfs"u8, Rootfs);
        json.Member("history"u8, History);
    }
}

public sealed partial record RootFs : IJsonRecord<RootFs>
{
    public RootFs() { }

    [SetsRequiredMembers]
    private RootFs(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("type"u8))
                Type = json.Literal("layers")!;
            else if (json.Is("diff_ids"u8))
                DiffIds = json.Digests()!;
            else
                json.Skip();
        }
        Type = json.Required(Type, "type");
        DiffIds = json.Required(DiffIds, "diff_ids");
    }

    static RootFs IJsonRecord<RootFs>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("type"u8, Type);
        json.Member("diff_ids"u8, DiffIds);
    }
}

public sealed partial record HistoryEntry : IJsonRecord<HistoryEntry>
{
    public HistoryEntry() { }

    private HistoryEntry(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("created"u8))
                Created = json.Instant();
            else if (json.Is("created_by"u8))
                CreatedBy = json.String();
            else if (json.Is("author"u8))
                Author = json.String();
            else if (json.Is("comment"u8))
                Comment = json.String();
            else if (json.Is("empty_layer"u8))
                EmptyLayer = json.Boolean() ?? false;
            else
                json.Skip();
        }
    }

    static HistoryEntry IJsonRecord<HistoryEntry>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("created"u8, Created);
        json.Member("created_by"u8, CreatedBy);
        json.Member("author"u8, Author);
        json.Member("comment"u8, Comment);
        json.Flag("empty_layer"u8, EmptyLayer);
    }
}
