using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record RuntimeSpec : IJsonRecord<RuntimeSpec>
{
    public RuntimeSpec() { }

    [SetsRequiredMembers]
    private RuntimeSpec(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("ociVersion"u8))
                OciVersion = json.String()!;
            else if (json.Is("process"u8))
                Process = json.Object<Process>();
            else if (json.Is("root"u8))
                Root = json.Object<Root>();
            else if (json.Is("hostname"u8))
                Hostname = json.String();
            else if (json.Is("domainname"u8))
                Domainname = json.String();
            else if (json.Is("mounts"u8))
                Mounts = json.List<Mount>();
            else if (json.Is("hooks"u8))
                Hooks = json.Object<Hooks>();
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else if (json.Is("linux"u8))
                Linux = json.Object<LinuxConfig>();
            else
                json.Skip();
        }
        OciVersion = json.Required(OciVersion, "ociVersion");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static RuntimeSpec Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<RuntimeSpec>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static RuntimeSpec IJsonRecord<RuntimeSpec>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("ociVersion"u8, OciVersion);
        json.Member("process"u8, Process);
        json.Member("root"u8, Root);
        json.Member("hostname"u8, Hostname);
        json.Member("domainname"u8, Domainname);
        json.Member("mounts"u8, Mounts);
        json.Member("hooks"u8, Hooks);
        json.Member("annotations"u8, Annotations);
        json.Member("linux"u8, Linux);
    }
}
