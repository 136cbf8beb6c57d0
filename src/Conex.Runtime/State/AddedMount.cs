using Conex.Oci.Json;

namespace Conex.Runtime.State;

/// <summary>A mount that was added to a container that is there. What is written down may be gone, but never missing: it is written before
/// the mount is attached.</summary>
public sealed record AddedMount : IJsonRecord<AddedMount>
{
    /// <summary>Its mount point, normalized.</summary>
    public required string Path { get; init; }

    /// <summary>Its number (<see cref="Conex.Linux.Mounts.MountId"/>): no other mount is ever removed for it.</summary>
    public required ulong Id { get; init; }

    /// <summary>What of the host is bound there; null for a file system of its own.</summary>
    public string? Source { get; init; }

    static AddedMount IJsonRecord<AddedMount>.Read(ref JsonReader json)
    {
        string? path = null;
        ulong id = 0;
        string? source = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("path"u8))
                path = json.String();
            else if (json.Is("id"u8))
                id = json.UInt64() ?? 0;
            else if (json.Is("source"u8))
                source = json.String();
            else
                json.Skip();
        }
        return new AddedMount
        {
            Path = json.Required(path, "path"),
            Id = id,
            Source = source,
        };
    }

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("path"u8, Path);
        json.Member("id"u8, (ulong?)Id);
        json.Member("source"u8, Source);
    }
}
