using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record Scheduler : IJsonRecord<Scheduler>
{
    public Scheduler() { }

    [SetsRequiredMembers]
    private Scheduler(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("policy"u8))
                Policy = json.String()!;
            else if (json.Is("nice"u8))
                Nice = json.Int32() ?? 0;
            else if (json.Is("priority"u8))
                Priority = json.Int32() ?? 0;
            else if (json.Is("flags"u8))
                Flags = json.Strings();
            else if (json.Is("runtime"u8))
                Runtime = json.UInt64() ?? 0;
            else if (json.Is("deadline"u8))
                Deadline = json.UInt64() ?? 0;
            else if (json.Is("period"u8))
                Period = json.UInt64() ?? 0;
            else
                json.Skip();
        }
        Policy = json.Required(Policy, "policy");
    }

    static Scheduler IJsonRecord<Scheduler>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("policy"u8, Policy);
        json.Member("nice"u8, Nice);
        json.Member("priority"u8, Priority);
        json.Member("flags"u8, Flags);
        json.Member("runtime"u8, Runtime);
        json.Member("deadline"u8, Deadline);
        json.Member("period"u8, Period);
    }
}

public sealed partial record IoPriority : IJsonRecord<IoPriority>
{
    public IoPriority() { }

    [SetsRequiredMembers]
    private IoPriority(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("class"u8))
                Class = json.String()!;
            else if (json.Is("priority"u8))
                Priority = json.Int32() ?? 0;
            else
                json.Skip();
        }
        Class = json.Required(Class, "class");
    }

    static IoPriority IJsonRecord<IoPriority>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("class"u8, Class);
        json.Member("priority"u8, Priority);
    }
}

public sealed partial record CpuAffinity : IJsonRecord<CpuAffinity>
{
    public CpuAffinity() { }

    private CpuAffinity(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("initial"u8))
                Initial = json.String();
            else if (json.Is("final"u8))
                Final = json.String();
            else
                json.Skip();
        }
    }

    static CpuAffinity IJsonRecord<CpuAffinity>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("initial"u8, Initial);
        json.Member("final"u8, Final);
    }
}
