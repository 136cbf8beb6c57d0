using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record Process : IJsonRecord<Process>
{
    public Process() { }

    [SetsRequiredMembers]
    private Process(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("terminal"u8))
                Terminal = json.Boolean() ?? false;
            else if (json.Is("consoleSize"u8))
                ConsoleSize = json.Object<ConsoleSize>();
            else if (json.Is("user"u8))
                User = json.Object<User>() ?? new();
            else if (json.Is("args"u8))
                Args = json.Strings();
            else if (json.Is("env"u8))
                Env = json.Strings();
            else if (json.Is("cwd"u8))
                Cwd = json.String()!;
            else if (json.Is("capabilities"u8))
                Capabilities = json.Object<Capabilities>();
            else if (json.Is("rlimits"u8))
                Rlimits = json.List<Rlimit>();
            else if (json.Is("noNewPrivileges"u8))
                NoNewPrivileges = json.Boolean() ?? false;
            else if (json.Is("apparmorProfile"u8))
                ApparmorProfile = json.String();
            else if (json.Is("selinuxLabel"u8))
                SelinuxLabel = json.String();
            else if (json.Is("landlock"u8))
                Landlock = json.Object<Landlock>();
            else if (json.Is("oomScoreAdj"u8))
                OomScoreAdj = json.Int32();
            else if (json.Is("scheduler"u8))
                Scheduler = json.Object<Scheduler>();
            else if (json.Is("ioPriority"u8))
                IoPriority = json.Object<IoPriority>();
            else if (json.Is("execCPUAffinity"u8))
                ExecCpuAffinity = json.Object<CpuAffinity>();
            else
                json.Skip();
        }
        Cwd = json.Required(Cwd, "cwd");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static Process Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<Process>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static Process IJsonRecord<Process>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Flag("terminal"u8, Terminal);
        json.Member("consoleSize"u8, ConsoleSize);
        json.Member("user"u8, User);
        json.Member("args"u8, Args);
        json.Member("env"u8, Env);
        json.Member("cwd"u8, Cwd);
        json.Member("capabilities"u8, Capabilities);
        json.Member("rlimits"u8, Rlimits);
        json.Flag("noNewPrivileges"u8, NoNewPrivileges);
        json.Member("apparmorProfile"u8, ApparmorProfile);
        json.Member("selinuxLabel"u8, SelinuxLabel);
        json.Member("landlock"u8, Landlock);
        json.Member("oomScoreAdj"u8, OomScoreAdj);
        json.Member("scheduler"u8, Scheduler);
        json.Member("ioPriority"u8, IoPriority);
        json.Member("execCPUAffinity"u8, ExecCpuAffinity);
    }
}

public sealed partial record ConsoleSize : IJsonRecord<ConsoleSize>
{
    public ConsoleSize() { }

    [SetsRequiredMembers]
    private ConsoleSize(ref JsonReader json)
    {
        uint? height = null;
        uint? width = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("height"u8))
                height = json.UInt32();
            else if (json.Is("width"u8))
                width = json.UInt32();
            else
                json.Skip();
        }
        Height = json.Required(height, "height");
        Width = json.Required(width, "width");
    }

    static ConsoleSize IJsonRecord<ConsoleSize>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("height"u8, Height);
        json.Member("width"u8, Width);
    }
}

public sealed partial record User : IJsonRecord<User>
{
    public User() { }

    private User(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("uid"u8))
                Uid = json.UInt32() ?? 0;
            else if (json.Is("gid"u8))
                Gid = json.UInt32() ?? 0;
            else if (json.Is("umask"u8))
                Umask = json.UInt32();
            else if (json.Is("additionalGids"u8))
                AdditionalGids = json.UInt32s();
            else
                json.Skip();
        }
    }

    static User IJsonRecord<User>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("uid"u8, Uid);
        json.Member("gid"u8, Gid);
        json.Member("umask"u8, Umask);
        json.Member("additionalGids"u8, AdditionalGids);
    }
}

public sealed partial record Capabilities : IJsonRecord<Capabilities>
{
    public Capabilities() { }

    private Capabilities(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("bounding"u8))
                Bounding = json.Strings();
            else if (json.Is("effective"u8))
                Effective = json.Strings();
            else if (json.Is("inheritable"u8))
                Inheritable = json.Strings();
            else if (json.Is("permitted"u8))
                Permitted = json.Strings();
            else if (json.Is("ambient"u8))
                Ambient = json.Strings();
            else
                json.Skip();
        }
    }

    static Capabilities IJsonRecord<Capabilities>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("bounding"u8, Bounding);
        json.Member("effective"u8, Effective);
        json.Member("inheritable"u8, Inheritable);
        json.Member("permitted"u8, Permitted);
        json.Member("ambient"u8, Ambient);
    }
}

public sealed partial record Rlimit : IJsonRecord<Rlimit>
{
    public Rlimit() { }

    [SetsRequiredMembers]
    private Rlimit(ref JsonReader json)
    {
        ulong? soft = null;
        ulong? hard = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("type"u8))
                Type = json.String()!;
            else if (json.Is("soft"u8))
                soft = json.UInt64();
            else if (json.Is("hard"u8))
                hard = json.UInt64();
            else
                json.Skip();
        }
        Type = json.Required(Type, "type");
        Soft = json.Required(soft, "soft");
        Hard = json.Required(hard, "hard");
    }

    static Rlimit IJsonRecord<Rlimit>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("type"u8, Type);
        json.Member("soft"u8, Soft);
        json.Member("hard"u8, Hard);
    }
}
