using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record Landlock : IJsonRecord<Landlock>
{
    public Landlock() { }

    private Landlock(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("ruleset"u8))
                Ruleset = json.Object<LandlockRuleset>();
            else if (json.Is("rules"u8))
                Rules = json.Object<LandlockRules>();
            else if (json.Is("disableBestEffort"u8))
                DisableBestEffort = json.Boolean() ?? false;
            else
                json.Skip();
        }
    }

    /// <summary>Reads the rules from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is of the wrong kind; the message begins with its path.</exception>
    public static Landlock Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<Landlock>(utf8);

    /// <summary>Writes the rules as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static Landlock IJsonRecord<Landlock>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("ruleset"u8, Ruleset);
        json.Member("rules"u8, Rules);
        json.Flag("disableBestEffort"u8, DisableBestEffort);
    }
}

public sealed partial record LandlockRuleset : IJsonRecord<LandlockRuleset>
{
    public LandlockRuleset() { }

    private LandlockRuleset(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("handledAccessFS"u8))
                HandledAccessFs = json.Strings();
            else if (json.Is("handledAccessNet"u8))
                HandledAccessNet = json.Strings();
            else if (json.Is("scoped"u8))
                Scoped = json.Strings();
            else
                json.Skip();
        }
    }

    static LandlockRuleset IJsonRecord<LandlockRuleset>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("handledAccessFS"u8, HandledAccessFs);
        json.Member("handledAccessNet"u8, HandledAccessNet);
        json.Member("scoped"u8, Scoped);
    }
}

public sealed partial record LandlockRules : IJsonRecord<LandlockRules>
{
    public LandlockRules() { }

    private LandlockRules(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("pathBeneath"u8))
                PathBeneath = json.List<LandlockPathBeneath>();
            else if (json.Is("netPort"u8))
                NetPort = json.List<LandlockNetPort>();
            else
                json.Skip();
        }
    }

    static LandlockRules IJsonRecord<LandlockRules>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("pathBeneath"u8, PathBeneath);
        json.Member("netPort"u8, NetPort);
    }
}

public sealed partial record LandlockPathBeneath : IJsonRecord<LandlockPathBeneath>
{
    public LandlockPathBeneath() { }

    private LandlockPathBeneath(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("allowedAccess"u8))
                AllowedAccess = json.Strings();
            else if (json.Is("paths"u8))
                Paths = json.Strings();
            else
                json.Skip();
        }
    }

    static LandlockPathBeneath IJsonRecord<LandlockPathBeneath>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("allowedAccess"u8, AllowedAccess);
        json.Member("paths"u8, Paths);
    }
}

public sealed partial record LandlockNetPort : IJsonRecord<LandlockNetPort>
{
    public LandlockNetPort() { }

    private LandlockNetPort(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("allowedAccess"u8))
                AllowedAccess = json.Strings();
            else if (json.Is("ports"u8))
                Ports = json.UInt32s();
            else
                json.Skip();
        }
    }

    static LandlockNetPort IJsonRecord<LandlockNetPort>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("allowedAccess"u8, AllowedAccess);
        json.Member("ports"u8, Ports);
    }
}
