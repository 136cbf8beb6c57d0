using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxResources : IJsonRecord<LinuxResources>
{
    public LinuxResources() { }

    private LinuxResources(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("devices"u8))
                Devices = json.List<LinuxDeviceRule>();
            else if (json.Is("memory"u8))
                Memory = json.Object<LinuxMemory>();
            else if (json.Is("cpu"u8))
                Cpu = json.Object<LinuxCpu>();
            else if (json.Is("pids"u8))
                Pids = json.Object<LinuxPids>();
            else if (json.Is("blockIO"u8))
                BlockIo = json.Object<LinuxBlockIo>();
            else if (json.Is("hugepageLimits"u8))
                HugepageLimits = json.List<LinuxHugepageLimit>();
            else if (json.Is("network"u8))
                Network = json.Object<LinuxNetwork>();
            else if (json.Is("rdma"u8))
                Rdma = json.Map<LinuxRdma>();
            else if (json.Is("unified"u8))
                Unified = json.StringMap();
            else
                json.Skip();
        }
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static LinuxResources Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<LinuxResources>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static LinuxResources IJsonRecord<LinuxResources>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("devices"u8, Devices);
        json.Member("memory"u8, Memory);
        json.Member("cpu"u8, Cpu);
        json.Member("pids"u8, Pids);
        json.Member("blockIO"u8, BlockIo);
        json.Member("hugepageLimits"u8, HugepageLimits);
        json.Member("network"u8, Network);
        json.Map("rdma"u8, Rdma);
        json.Member("unified"u8, Unified);
    }
}

public sealed partial record LinuxDeviceRule : IJsonRecord<LinuxDeviceRule>
{
    public LinuxDeviceRule() { }

    [SetsRequiredMembers]
    private LinuxDeviceRule(ref JsonReader json)
    {
        bool? allow = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("allow"u8))
                allow = json.Boolean();
            else if (json.Is("type"u8))
                Type = json.String();
            else if (json.Is("major"u8))
                Major = json.Int64();
            else if (json.Is("minor"u8))
                Minor = json.Int64();
            else if (json.Is("access"u8))
                Access = json.String();
            else
                json.Skip();
        }
        Allow = json.Required(allow, "allow");
    }

    static LinuxDeviceRule IJsonRecord<LinuxDeviceRule>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("allow"u8, Allow);
        json.Member("type"u8, Type);
        json.Member("major"u8, Major);
        json.Member("minor"u8, Minor);
        json.Member("access"u8, Access);
    }
}

public sealed partial record LinuxPids : IJsonRecord<LinuxPids>
{
    public LinuxPids() { }

    private LinuxPids(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("limit"u8))
                Limit = json.Int64();
            else
                json.Skip();
        }
    }

    static LinuxPids IJsonRecord<LinuxPids>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("limit"u8, Limit);
    }
}

public sealed partial record LinuxHugepageLimit : IJsonRecord<LinuxHugepageLimit>
{
    public LinuxHugepageLimit() { }

    [SetsRequiredMembers]
    private LinuxHugepageLimit(ref JsonReader json)
    {
        ulong? limit = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("pageSize"u8))
                PageSize = json.String()!;
            else if (json.Is("limit"u8))
                limit = json.UInt64();
            else
                json.Skip();
        }
        PageSize = json.Required(PageSize, "pageSize");
        Limit = json.Required(limit, "limit");
    }

    static LinuxHugepageLimit IJsonRecord<LinuxHugepageLimit>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("pageSize"u8, PageSize);
        json.Member("limit"u8, Limit);
    }
}

public sealed partial record LinuxNetwork : IJsonRecord<LinuxNetwork>
{
    public LinuxNetwork() { }

    private LinuxNetwork(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("classID"u8))
                ClassId = json.UInt32();
            else if (json.Is("priorities"u8))
                Priorities = json.List<LinuxInterfacePriority>();
            else
                json.Skip();
        }
    }

    static LinuxNetwork IJsonRecord<LinuxNetwork>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("classID"u8, ClassId);
        json.Member("priorities"u8, Priorities);
    }
}

public sealed partial record LinuxInterfacePriority : IJsonRecord<LinuxInterfacePriority>
{
    public LinuxInterfacePriority() { }

    [SetsRequiredMembers]
    private LinuxInterfacePriority(ref JsonReader json)
    {
        uint? priority = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("name"u8))
                Name = json.String()!;
            else if (json.Is("priority"u8))
                priority = json.UInt32();
            else
                json.Skip();
        }
        Name = json.Required(Name, "name");
        Priority = json.Required(priority, "priority");
    }

    static LinuxInterfacePriority IJsonRecord<LinuxInterfacePriority>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("name"u8, Name);
        json.Member("priority"u8, Priority);
    }
}

public sealed partial record LinuxRdma : IJsonRecord<LinuxRdma>
{
    public LinuxRdma() { }

    private LinuxRdma(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("hcaHandles"u8))
                HcaHandles = json.UInt32();
            else if (json.Is("hcaObjects"u8))
                HcaObjects = json.UInt32();
            else
                json.Skip();
        }
    }

    static LinuxRdma IJsonRecord<LinuxRdma>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("hcaHandles"u8, HcaHandles);
        json.Member("hcaObjects"u8, HcaObjects);
    }
}
