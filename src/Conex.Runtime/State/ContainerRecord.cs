using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Resources;

namespace Conex.Runtime.State;

/// <summary>What the runtime remembers of a container: <c>state.json</c> in its state directory.</summary>
public sealed record ContainerRecord : IJsonRecord<ContainerRecord>
{
    /// <summary>The container's ID.</summary>
    public required string Id { get; init; }

    /// <summary>The init process; 0 while the container is being created.</summary>
    public required int Pid { get; init; }

    /// <summary>When init started, in clock ticks since boot: with the number, it names one process for ever (proc_pid_stat(5), field 22).</summary>
    public required ulong StartTime { get; init; }

    /// <summary>The bundle's directory, absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>The root file system's directory, absolute.</summary>
    public required string Rootfs { get; init; }

    /// <summary>When the container was created, RFC 3339 with nanoseconds.</summary>
    public required string Created { get; init; }

    /// <summary>The version of the specification that config.json follows.</summary>
    public required string OciVersion { get; init; }

    /// <summary>The cgroup's path, as <see cref="Conex.Linux.Cgroups.Cgroup.Open(Conex.Linux.Cgroups.CgroupHost, string)"/> takes it; null without one.</summary>
    public string? CgroupsPath { get; init; }

    /// <summary>Where a relative <see cref="CgroupsPath"/> led in each hierarchy: a later process may run in another cgroup itself.</summary>
    public IReadOnlyDictionary<string, string>? CgroupPaths { get; init; }

    /// <summary>The systemd unit whose cgroup it is; null when the cgroup was made without systemd.</summary>
    public string? SystemdUnit { get; init; }

    /// <summary>Whether the unit belongs to a user's systemd.</summary>
    public bool SystemdOfUser { get; init; }

    /// <summary>The limits in force when they are no longer those of the configuration.</summary>
    public LinuxResources? Resources { get; init; }

    /// <summary>CLONE_NEW* flags of the namespaces that are the container's own, new or joined.</summary>
    public ulong Namespaces { get; init; }

    /// <summary>The resctrl directories whose <c>tasks</c> take the container's processes; null without any.</summary>
    public IReadOnlyList<string>? ResctrlTasks { get; init; }

    /// <summary>The resctrl directories that go with the container, in the order of their removal.</summary>
    public IReadOnlyList<string>? ResctrlOwned { get; init; }

    /// <summary>Whether the kernel ends every process with init: the PID namespace was made for the container.</summary>
    public bool EndsWithInit { get; init; }

    /// <summary>The annotations of the configuration.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The hooks of what comes after create: startContainer, poststart, poststop; null without any.</summary>
    public Hooks? Hooks { get; init; }

    /// <summary>What the steps between start and payload are for, by the instruction that each begins with: a failure is reported to the start
    /// command, which has no plan.</summary>
    public IReadOnlyDictionary<string, string>? StartSteps { get; init; }

    /// <summary>The container's resctrl groups, or null.</summary>
    public ResctrlGroups? Resctrl => ResctrlTasks is null ? null : new ResctrlGroups(ResctrlTasks, ResctrlOwned ?? []);

    public ContainerRecord() { }

    [SetsRequiredMembers]
    private ContainerRecord(ref JsonReader json)
    {
        string? id = null;
        string? bundle = null;
        string? rootfs = null;
        string? created = null;
        string? version = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("id"u8))
                id = json.String();
            else if (json.Is("pid"u8))
                Pid = json.Int32() ?? 0;
            else if (json.Is("startTime"u8))
                StartTime = json.UInt64() ?? 0;
            else if (json.Is("bundle"u8))
                bundle = json.String();
            else if (json.Is("rootfs"u8))
                rootfs = json.String();
            else if (json.Is("created"u8))
                created = json.String();
            else if (json.Is("ociVersion"u8))
                version = json.String();
            else if (json.Is("cgroupsPath"u8))
                CgroupsPath = json.String();
            else if (json.Is("cgroupPaths"u8))
                CgroupPaths = json.StringMap();
            else if (json.Is("systemdUnit"u8))
                SystemdUnit = json.String();
            else if (json.Is("systemdOfUser"u8))
                SystemdOfUser = json.Boolean() ?? false;
            else if (json.Is("resources"u8))
                Resources = json.Object<LinuxResources>();
            else if (json.Is("namespaces"u8))
                Namespaces = json.UInt64() ?? 0;
            else if (json.Is("resctrlTasks"u8))
                ResctrlTasks = json.Strings();
            else if (json.Is("resctrlOwned"u8))
                ResctrlOwned = json.Strings();
            else if (json.Is("endsWithInit"u8))
                EndsWithInit = json.Boolean() ?? false;
            else if (json.Is("annotations"u8))
                Annotations = json.StringMap();
            else if (json.Is("startSteps"u8))
                StartSteps = json.StringMap();
            else if (json.Is("hooks"u8))
                Hooks = json.Object<Hooks>();
            else
                json.Skip();
        }
        Id = json.Required(id, "id");
        Bundle = json.Required(bundle, "bundle");
        Rootfs = json.Required(rootfs, "rootfs");
        Created = json.Required(created, "created");
        OciVersion = json.Required(version, "ociVersion");
    }

    /// <exception cref="FormatException">The text is not a record; the message begins with the member's path.</exception>
    public static ContainerRecord Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ContainerRecord>(utf8);

    /// <summary>The record as compact JSON in UTF-8.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ContainerRecord IJsonRecord<ContainerRecord>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("id"u8, Id);
        json.Member("pid"u8, (int?)Pid);
        json.Member("startTime"u8, (ulong?)StartTime);
        json.Member("bundle"u8, Bundle);
        json.Member("rootfs"u8, Rootfs);
        json.Member("created"u8, Created);
        json.Member("ociVersion"u8, OciVersion);
        json.Member("cgroupsPath"u8, CgroupsPath);
        json.Member("cgroupPaths"u8, CgroupPaths);
        json.Member("systemdUnit"u8, SystemdUnit);
        json.Flag("systemdOfUser"u8, SystemdOfUser);
        json.Member("resources"u8, Resources);
        json.Member("namespaces"u8, (ulong?)Namespaces);
        json.Member("resctrlTasks"u8, ResctrlTasks);
        json.Member("resctrlOwned"u8, ResctrlOwned);
        json.Flag("endsWithInit"u8, EndsWithInit);
        json.Member("annotations"u8, Annotations);
        json.Member("hooks"u8, Hooks);
        json.Member("startSteps"u8, StartSteps);
    }
}
