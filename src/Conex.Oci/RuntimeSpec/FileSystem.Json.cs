using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Oci.RuntimeSpec;

public sealed partial record Root : IJsonRecord<Root>
{
    public Root() { }

    [SetsRequiredMembers]
    private Root(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("path"u8))
                Path = json.String()!;
            else if (json.Is("readonly"u8))
                Readonly = json.Boolean() ?? false;
            else
                json.Skip();
        }
        Path = json.Required(Path, "path");
    }

    static Root IJsonRecord<Root>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("path"u8, Path);
        json.Flag("readonly"u8, Readonly);
    }
}

public sealed partial record Mount : IJsonRecord<Mount>
{
    public Mount() { }

    [SetsRequiredMembers]
    private Mount(ref JsonReader json)
    {
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("destination"u8))
                Destination = json.String()!;
            else if (json.Is("type"u8))
                Type = json.String();
            else if (json.Is("source"u8))
                Source = json.String();
            else if (json.Is("options"u8))
                Options = json.Strings();
            else if (json.Is("uidMappings"u8))
                UidMappings = json.List<LinuxIdMapping>();
            else if (json.Is("gidMappings"u8))
                GidMappings = json.List<LinuxIdMapping>();
            else
                json.Skip();
        }
        Destination = json.Required(Destination, "destination");
    }

    static Mount IJsonRecord<Mount>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("destination"u8, Destination);
        json.Member("type"u8, Type);
        json.Member("source"u8, Source);
        json.Member("options"u8, Options);
        json.Member("uidMappings"u8, UidMappings);
        json.Member("gidMappings"u8, GidMappings);
    }
}
