using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxDevice : IJsonRecord<LinuxDevice>
{
    public LinuxDevice() { }

    [SetsRequiredMembers]
    private LinuxDevice(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("path"u8))
                Path = json.String()!;
            else if (json.Is("type"u8))
                Type = json.String()!;
            else if (json.Is("major"u8))
                Major = json.Int64() ?? 0;
            else if (json.Is("minor"u8))
                Minor = json.Int64() ?? 0;
            else if (json.Is("fileMode"u8))
                FileMode = json.UInt32();
            else if (json.Is("uid"u8))
                Uid = json.UInt32();
            else if (json.Is("gid"u8))
                Gid = json.UInt32();
            else
                json.Skip();
        }
        Path = json.Required(Path, "path");
        Type = json.Required(Type, "type");
    }

    static LinuxDevice IJsonRecord<LinuxDevice>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("path"u8, Path);
        json.Member("type"u8, Type);
        json.Member("major"u8, Major);
        json.Member("minor"u8, Minor);
        json.Member("fileMode"u8, FileMode);
        json.Member("uid"u8, Uid);
        json.Member("gid"u8, Gid);
    }
}

public sealed partial record LinuxNetDevice : IJsonRecord<LinuxNetDevice>
{
    public LinuxNetDevice() { }

    private LinuxNetDevice(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("name"u8))
                Name = json.String();
            else
                json.Skip();
        }
    }

    static LinuxNetDevice IJsonRecord<LinuxNetDevice>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("name"u8, Name);
    }
}
