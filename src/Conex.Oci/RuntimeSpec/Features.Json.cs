using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record Features : IJsonRecord<Features>
{
    public Features() { }

    [SetsRequiredMembers]
    private Features(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("ociVersionMin"u8))
                OciVersionMin = json.String()!;
            else if (json.Is("ociVersionMax"u8))
                OciVersionMax = json.String()!;
            else if (json.Is("hooks"u8))
                Hooks = json.Strings();
            else if (json.Is("mountOptions"u8))
                MountOptions = json.Strings();
            else if (json.Is("linux"u8))
                Linux = json.Object<LinuxFeatures>();
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else if (json.Is("potentiallyUnsafeConfigAnnotations"u8))
                PotentiallyUnsafeConfigAnnotations = json.Strings();
            else
                json.Skip();
        }
        OciVersionMin = json.Required(OciVersionMin, "ociVersionMin");
        OciVersionMax = json.Required(OciVersionMax, "ociVersionMax");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static Features Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<Features>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static Features IJsonRecord<Features>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("ociVersionMin"u8, OciVersionMin);
        json.Member("ociVersionMax"u8, OciVersionMax);
        json.Member("hooks"u8, Hooks);
        json.Member("mountOptions"u8, MountOptions);
        json.Member("linux"u8, Linux);
        json.Member("annotations"u8, Annotations);
        json.Member("potentiallyUnsafeConfigAnnotations"u8, PotentiallyUnsafeConfigAnnotations);
    }
}

public sealed partial record LinuxFeatures : IJsonRecord<LinuxFeatures>
{
    public LinuxFeatures() { }

    private LinuxFeatures(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("namespaces"u8))
                Namespaces = json.Strings();
            else if (json.Is("capabilities"u8))
                Capabilities = json.Strings();
            else if (json.Is("cgroup"u8))
                Cgroup = json.Object<CgroupFeatures>();
            else if (json.Is("seccomp"u8))
                Seccomp = json.Object<SeccompFeatures>();
            else if (json.Is("apparmor"u8))
                Apparmor = json.Object<EnabledFeature>();
            else if (json.Is("selinux"u8))
                Selinux = json.Object<EnabledFeature>();
            else if (json.Is("intelRdt"u8))
                IntelRdt = json.Object<IntelRdtFeatures>();
            else if (json.Is("memoryPolicy"u8))
                MemoryPolicy = json.Object<MemoryPolicyFeatures>();
            else if (json.Is("mountExtensions"u8))
                MountExtensions = json.Object<MountExtensionsFeatures>();
            else if (json.Is("netDevices"u8))
                NetDevices = json.Object<EnabledFeature>();
            else
                json.Skip();
        }
    }

    static LinuxFeatures IJsonRecord<LinuxFeatures>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("namespaces"u8, Namespaces);
        json.Member("capabilities"u8, Capabilities);
        json.Member("cgroup"u8, Cgroup);
        json.Member("seccomp"u8, Seccomp);
        json.Member("apparmor"u8, Apparmor);
        json.Member("selinux"u8, Selinux);
        json.Member("intelRdt"u8, IntelRdt);
        json.Member("memoryPolicy"u8, MemoryPolicy);
        json.Member("mountExtensions"u8, MountExtensions);
        json.Member("netDevices"u8, NetDevices);
    }
}

public sealed partial record EnabledFeature : IJsonRecord<EnabledFeature>
{
    public EnabledFeature() { }

    private EnabledFeature(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("enabled"u8))
                Enabled = json.Boolean();
            else
                json.Skip();
        }
    }

    static EnabledFeature IJsonRecord<EnabledFeature>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("enabled"u8, Enabled);
    }
}

public sealed partial record CgroupFeatures : IJsonRecord<CgroupFeatures>
{
    public CgroupFeatures() { }

    private CgroupFeatures(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("v1"u8))
                V1 = json.Boolean();
            else if (json.Is("v2"u8))
                V2 = json.Boolean();
            else if (json.Is("systemd"u8))
                Systemd = json.Boolean();
            else if (json.Is("systemdUser"u8))
                SystemdUser = json.Boolean();
            else if (json.Is("rdma"u8))
                Rdma = json.Boolean();
            else
                json.Skip();
        }
    }

    static CgroupFeatures IJsonRecord<CgroupFeatures>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("v1"u8, V1);
        json.Member("v2"u8, V2);
        json.Member("systemd"u8, Systemd);
        json.Member("systemdUser"u8, SystemdUser);
        json.Member("rdma"u8, Rdma);
    }
}

public sealed partial record SeccompFeatures : IJsonRecord<SeccompFeatures>
{
    public SeccompFeatures() { }

    private SeccompFeatures(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("enabled"u8))
                Enabled = json.Boolean();
            else if (json.Is("actions"u8))
                Actions = json.Strings();
            else if (json.Is("operators"u8))
                Operators = json.Strings();
            else if (json.Is("archs"u8))
                Archs = json.Strings();
            else if (json.Is("knownFlags"u8))
                KnownFlags = json.Strings();
            else if (json.Is("supportedFlags"u8))
                SupportedFlags = json.Strings();
            else
                json.Skip();
        }
    }

    static SeccompFeatures IJsonRecord<SeccompFeatures>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("enabled"u8, Enabled);
        json.Member("actions"u8, Actions);
        json.Member("operators"u8, Operators);
        json.Member("archs"u8, Archs);
        json.Member("knownFlags"u8, KnownFlags);
        json.Member("supportedFlags"u8, SupportedFlags);
    }
}

public sealed partial record IntelRdtFeatures : IJsonRecord<IntelRdtFeatures>
{
    public IntelRdtFeatures() { }

    private IntelRdtFeatures(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("enabled"u8))
                Enabled = json.Boolean();
            else if (json.Is("schemata"u8))
                Schemata = json.Boolean();
            else if (json.Is("monitoring"u8))
                Monitoring = json.Boolean();
            else
                json.Skip();
        }
    }

    static IntelRdtFeatures IJsonRecord<IntelRdtFeatures>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("enabled"u8, Enabled);
        json.Member("schemata"u8, Schemata);
        json.Member("monitoring"u8, Monitoring);
    }
}

public sealed partial record MemoryPolicyFeatures : IJsonRecord<MemoryPolicyFeatures>
{
    public MemoryPolicyFeatures() { }

    private MemoryPolicyFeatures(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("modes"u8))
                Modes = json.Strings();
            else if (json.Is("flags"u8))
                Flags = json.Strings();
            else
                json.Skip();
        }
    }

    static MemoryPolicyFeatures IJsonRecord<MemoryPolicyFeatures>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("modes"u8, Modes);
        json.Member("flags"u8, Flags);
    }
}

public sealed partial record MountExtensionsFeatures : IJsonRecord<MountExtensionsFeatures>
{
    public MountExtensionsFeatures() { }

    private MountExtensionsFeatures(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("idmap"u8))
                Idmap = json.Object<EnabledFeature>();
            else
                json.Skip();
        }
    }

    static MountExtensionsFeatures IJsonRecord<MountExtensionsFeatures>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("idmap"u8, Idmap);
    }
}
