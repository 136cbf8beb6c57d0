using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxNamespace : IJsonRecord<LinuxNamespace>
{
    public LinuxNamespace() { }

    [SetsRequiredMembers]
    private LinuxNamespace(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("type"u8))
                Type = json.String()!;
            else if (json.Is("path"u8))
                Path = json.String();
            else
                json.Skip();
        }
        Type = json.Required(Type, "type");
    }

    static LinuxNamespace IJsonRecord<LinuxNamespace>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("type"u8, Type);
        json.Member("path"u8, Path);
    }
}

public sealed partial record LinuxIdMapping : IJsonRecord<LinuxIdMapping>
{
    public LinuxIdMapping() { }

    [SetsRequiredMembers]
    private LinuxIdMapping(ref JsonReader json)
    {
        uint? containerId = null;
        uint? hostId = null;
        uint? size = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("containerID"u8))
                containerId = json.UInt32();
            else if (json.Is("hostID"u8))
                hostId = json.UInt32();
            else if (json.Is("size"u8))
                size = json.UInt32();
            else
                json.Skip();
        }
        ContainerId = json.Required(containerId, "containerID");
        HostId = json.Required(hostId, "hostID");
        Size = json.Required(size, "size");
    }

    static LinuxIdMapping IJsonRecord<LinuxIdMapping>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("containerID"u8, ContainerId);
        json.Member("hostID"u8, HostId);
        json.Member("size"u8, Size);
    }
}

public sealed partial record LinuxTimeOffset : IJsonRecord<LinuxTimeOffset>
{
    public LinuxTimeOffset() { }

    private LinuxTimeOffset(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("secs"u8))
                Secs = json.Int64() ?? 0;
            else if (json.Is("nanosecs"u8))
                Nanosecs = json.UInt32() ?? 0;
            else
                json.Skip();
        }
    }

    static LinuxTimeOffset IJsonRecord<LinuxTimeOffset>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("secs"u8, Secs);
        json.Member("nanosecs"u8, Nanosecs);
    }
}
