using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record ContainerState : IJsonRecord<ContainerState>
{
    public ContainerState() { }

    [SetsRequiredMembers]
    private ContainerState(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("ociVersion"u8))
                OciVersion = json.String()!;
            else if (json.Is("id"u8))
                Id = json.String()!;
            else if (json.Is("status"u8))
                Status = json.String()!;
            else if (json.Is("pid"u8))
                Pid = json.Int32();
            else if (json.Is("bundle"u8))
                Bundle = json.String()!;
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else
                json.Skip();
        }
        OciVersion = json.Required(OciVersion, "ociVersion");
        Id = json.Required(Id, "id");
        Status = json.Required(Status, "status");
        Bundle = json.Required(Bundle, "bundle");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static ContainerState Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ContainerState>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ContainerState IJsonRecord<ContainerState>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("ociVersion"u8, OciVersion);
        json.Member("id"u8, Id);
        json.Member("status"u8, Status);
        json.Member("pid"u8, Pid);
        json.Member("bundle"u8, Bundle);
        json.Member("annotations"u8, Annotations);
    }
}

public sealed partial record ContainerProcessState : IJsonRecord<ContainerProcessState>
{
    public ContainerProcessState() { }

    [SetsRequiredMembers]
    private ContainerProcessState(ref JsonReader json)
    {
        int? pid = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("ociVersion"u8))
                OciVersion = json.String()!;
            else if (json.Is("fds"u8))
                Fds = json.Strings()!;
            else if (json.Is("pid"u8))
                pid = json.Int32();
            else if (json.Is("metadata"u8))
                Metadata = json.String();
            else if (json.Is("state"u8))
                State = json.Object<ContainerState>()!;
            else
                json.Skip();
        }
        OciVersion = json.Required(OciVersion, "ociVersion");
        Fds = json.Required(Fds, "fds");
        Pid = json.Required(pid, "pid");
        State = json.Required(State, "state");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static ContainerProcessState Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ContainerProcessState>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ContainerProcessState IJsonRecord<ContainerProcessState>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("ociVersion"u8, OciVersion);
        json.Member("fds"u8, Fds);
        json.Member("pid"u8, Pid);
        json.Member("metadata"u8, Metadata);
        json.Member("state"u8, State);
    }
}
