using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxConfig : IJsonRecord<LinuxConfig>
{
    public LinuxConfig() { }

    private LinuxConfig(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("namespaces"u8))
                Namespaces = json.List<LinuxNamespace>();
            else if (json.Is("uidMappings"u8))
                UidMappings = json.List<LinuxIdMapping>();
            else if (json.Is("gidMappings"u8))
                GidMappings = json.List<LinuxIdMapping>();
            else if (json.Is("timeOffsets"u8))
                TimeOffsets = json.Map<LinuxTimeOffset>();
            else if (json.Is("devices"u8))
                Devices = json.List<LinuxDevice>();
            else if (json.Is("netDevices"u8))
                NetDevices = json.Map<LinuxNetDevice>();
            else if (json.Is("cgroupsPath"u8))
                CgroupsPath = json.String();
            else if (json.Is("resources"u8))
                Resources = json.Object<LinuxResources>();
            else if (json.Is("rootfsPropagation"u8))
                RootfsPropagation = json.String();
            else if (json.Is("seccomp"u8))
                SeccompText = json.ObjectText();
            else if (json.Is("sysctl"u8))
                Sysctl = json.StringMap();
            else if (json.Is("maskedPaths"u8))
                MaskedPaths = json.Strings();
            else if (json.Is("readonlyPaths"u8))
                ReadonlyPaths = json.Strings();
            else if (json.Is("mountLabel"u8))
                MountLabel = json.String();
            else if (json.Is("intelRdt"u8))
                IntelRdt = json.Object<LinuxIntelRdt>();
            else if (json.Is("memoryPolicy"u8))
                MemoryPolicy = json.Object<LinuxMemoryPolicy>();
            else if (json.Is("personality"u8))
                Personality = json.Object<LinuxPersonality>();
            else
                json.Skip();
        }
    }

    private LinuxSeccomp? ReadSeccomp()
    {
        if (SeccompText.IsEmpty)
        {
            return null;
        }
        try
        {
            return JsonReader.Document<LinuxSeccomp>(SeccompText.Span);
        }
        catch (FormatException e)
        {
            throw new FormatException($"linux.seccomp.{e.Message}", e);
        }
    }

    static LinuxConfig IJsonRecord<LinuxConfig>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("namespaces"u8, Namespaces);
        json.Member("uidMappings"u8, UidMappings);
        json.Member("gidMappings"u8, GidMappings);
        json.Map("timeOffsets"u8, TimeOffsets);
        json.Member("devices"u8, Devices);
        json.Map("netDevices"u8, NetDevices);
        json.Member("cgroupsPath"u8, CgroupsPath);
        json.Member("resources"u8, Resources);
        json.Member("rootfsPropagation"u8, RootfsPropagation);
        json.Member("seccomp"u8, Seccomp);
        json.Member("sysctl"u8, Sysctl);
        json.Member("maskedPaths"u8, MaskedPaths);
        json.Member("readonlyPaths"u8, ReadonlyPaths);
        json.Member("mountLabel"u8, MountLabel);
        json.Member("intelRdt"u8, IntelRdt);
        json.Member("memoryPolicy"u8, MemoryPolicy);
        json.Member("personality"u8, Personality);
    }
}

public sealed partial record LinuxIntelRdt : IJsonRecord<LinuxIntelRdt>
{
    public LinuxIntelRdt() { }

    private LinuxIntelRdt(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("closID"u8))
                ClosId = json.String();
            else if (json.Is("schemata"u8))
                Schemata = json.Strings();
            else if (json.Is("l3CacheSchema"u8))
                L3CacheSchema = json.String();
            else if (json.Is("memBwSchema"u8))
                MemBwSchema = json.String();
            else if (json.Is("enableMonitoring"u8))
                EnableMonitoring = json.Boolean() ?? false;
            else
                json.Skip();
        }
    }

    static LinuxIntelRdt IJsonRecord<LinuxIntelRdt>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("closID"u8, ClosId);
        json.Member("schemata"u8, Schemata);
        json.Member("l3CacheSchema"u8, L3CacheSchema);
        json.Member("memBwSchema"u8, MemBwSchema);
        json.Flag("enableMonitoring"u8, EnableMonitoring);
    }
}

public sealed partial record LinuxMemoryPolicy : IJsonRecord<LinuxMemoryPolicy>
{
    public LinuxMemoryPolicy() { }

    [SetsRequiredMembers]
    private LinuxMemoryPolicy(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("mode"u8))
                Mode = json.String()!;
            else if (json.Is("nodes"u8))
                Nodes = json.String();
            else if (json.Is("flags"u8))
                Flags = json.Strings();
            else
                json.Skip();
        }
        Mode = json.Required(Mode, "mode");
    }

    static LinuxMemoryPolicy IJsonRecord<LinuxMemoryPolicy>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("mode"u8, Mode);
        json.Member("nodes"u8, Nodes);
        json.Member("flags"u8, Flags);
    }
}

public sealed partial record LinuxPersonality : IJsonRecord<LinuxPersonality>
{
    public LinuxPersonality() { }

    [SetsRequiredMembers]
    private LinuxPersonality(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("domain"u8))
                Domain = json.String()!;
            else if (json.Is("flags"u8))
                Flags = json.Strings();
            else
                json.Skip();
        }
        Domain = json.Required(Domain, "domain");
    }

    static LinuxPersonality IJsonRecord<LinuxPersonality>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("domain"u8, Domain);
        json.Member("flags"u8, Flags);
    }
}
