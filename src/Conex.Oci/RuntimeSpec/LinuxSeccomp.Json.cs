using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record LinuxSeccomp : IJsonRecord<LinuxSeccomp>
{
    public LinuxSeccomp() { }

    [SetsRequiredMembers]
    private LinuxSeccomp(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("defaultAction"u8))
                DefaultAction = json.String()!;
            else if (json.Is("defaultErrnoRet"u8))
                DefaultErrnoRet = json.UInt32();
            else if (json.Is("architectures"u8))
                Architectures = json.Strings();
            else if (json.Is("flags"u8))
                Flags = json.Strings();
            else if (json.Is("listenerPath"u8))
                ListenerPath = json.String();
            else if (json.Is("listenerMetadata"u8))
                ListenerMetadata = json.String();
            else if (json.Is("syscalls"u8))
                Syscalls = json.List<LinuxSyscall>();
            else
                json.Skip();
        }
        DefaultAction = json.Required(DefaultAction, "defaultAction");
    }

    /// <summary>Reads the document from JSON in UTF-8.</summary>
    /// <exception cref="FormatException">It is no JSON, or a member is missing or of the wrong kind; the message begins with its path.</exception>
    public static LinuxSeccomp Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<LinuxSeccomp>(utf8);

    /// <summary>Writes the document as compact JSON in UTF-8, without absent members.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static LinuxSeccomp IJsonRecord<LinuxSeccomp>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("defaultAction"u8, DefaultAction);
        json.Member("defaultErrnoRet"u8, DefaultErrnoRet);
        json.Member("architectures"u8, Architectures);
        json.Member("flags"u8, Flags);
        json.Member("listenerPath"u8, ListenerPath);
        json.Member("listenerMetadata"u8, ListenerMetadata);
        json.Member("syscalls"u8, Syscalls);
    }
}

public sealed partial record LinuxSyscall : IJsonRecord<LinuxSyscall>
{
    public LinuxSyscall() { }

    [SetsRequiredMembers]
    private LinuxSyscall(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("names"u8))
                Names = json.Strings()!;
            else if (json.Is("action"u8))
                Action = json.String()!;
            else if (json.Is("errnoRet"u8))
                ErrnoRet = json.UInt32();
            else if (json.Is("args"u8))
                Args = json.List<LinuxSeccompArg>();
            else
                json.Skip();
        }
        Names = json.Required(Names, "names");
        Action = json.Required(Action, "action");
    }

    static LinuxSyscall IJsonRecord<LinuxSyscall>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("names"u8, Names);
        json.Member("action"u8, Action);
        json.Member("errnoRet"u8, ErrnoRet);
        json.Member("args"u8, Args);
    }
}

public sealed partial record LinuxSeccompArg : IJsonRecord<LinuxSeccompArg>
{
    public LinuxSeccompArg() { }

    [SetsRequiredMembers]
    private LinuxSeccompArg(ref JsonReader json)
    {
        uint? index = null;
        ulong? value = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("index"u8))
                index = json.UInt32();
            else if (json.Is("value"u8))
                value = json.UInt64();
            else if (json.Is("valueTwo"u8))
                ValueTwo = json.UInt64() ?? 0;
            else if (json.Is("op"u8))
                Op = json.String()!;
            else
                json.Skip();
        }
        Index = json.Required(index, "index");
        Value = json.Required(value, "value");
        Op = json.Required(Op, "op");
    }

    static LinuxSeccompArg IJsonRecord<LinuxSeccompArg>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("index"u8, Index);
        json.Member("value"u8, Value);
        json.Member("valueTwo"u8, ValueTwo);
        json.Member("op"u8, Op);
    }
}
