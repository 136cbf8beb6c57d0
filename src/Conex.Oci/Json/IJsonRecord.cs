namespace Conex.Oci.Json;

/// <summary>A record that writes itself.</summary>
internal interface IJsonRecord
{
    /// <summary>Writes the members, without the braces.</summary>
    void WriteMembers(JsonWriter json);
}

/// <summary>A record that reads and writes itself.</summary>
internal interface IJsonRecord<TSelf> : IJsonRecord
    where TSelf : class, IJsonRecord<TSelf>
{
    /// <summary>Reads the object at the reader's position.</summary>
    static abstract TSelf Read(ref JsonReader json);
}
