using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record Hooks : IJsonRecord<Hooks>
{
    public Hooks() { }

    private Hooks(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("prestart"u8))
                Prestart = json.List<Hook>();
            else if (json.Is("createRuntime"u8))
                CreateRuntime = json.List<Hook>();
            else if (json.Is("createContainer"u8))
                CreateContainer = json.List<Hook>();
            else if (json.Is("startContainer"u8))
                StartContainer = json.List<Hook>();
            else if (json.Is("poststart"u8))
                Poststart = json.List<Hook>();
            else if (json.Is("poststop"u8))
                Poststop = json.List<Hook>();
            else
                json.Skip();
        }
    }

    static Hooks IJsonRecord<Hooks>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("prestart"u8, Prestart);
        json.Member("createRuntime"u8, CreateRuntime);
        json.Member("createContainer"u8, CreateContainer);
        json.Member("startContainer"u8, StartContainer);
        json.Member("poststart"u8, Poststart);
        json.Member("poststop"u8, Poststop);
    }
}

public sealed partial record Hook : IJsonRecord<Hook>
{
    public Hook() { }

    [SetsRequiredMembers]
    private Hook(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("path"u8))
                Path = json.String()!;
            else if (json.Is("args"u8))
                Args = json.Strings();
            else if (json.Is("env"u8))
                Env = json.Strings();
            else if (json.Is("timeout"u8))
                Timeout = json.Int32();
            else
                json.Skip();
        }
        Path = json.Required(Path, "path");
    }

    static Hook IJsonRecord<Hook>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("path"u8, Path);
        json.Member("args"u8, Args);
        json.Member("env"u8, Env);
        json.Member("timeout"u8, Timeout);
    }
}
