namespace Conex.Oci.Json;

/// <summary>Writes records as compact JSON in UTF-8. Absent members (null) are left out.</summary>
internal sealed partial class JsonWriter
{
    /// <summary>Writes a whole document.</summary>
    public static byte[] Document(IJsonRecord record)
    {
        JsonWriter json = new();
        json.Object(record);
        return json.ToArray();
    }

    /// <summary>Writes a whole document that is a list.</summary>
    public static byte[] Document(IReadOnlyList<IJsonRecord> records)
    {
        JsonWriter json = new();
        json.List(records);
        return json.ToArray();
    }

    public void Member(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            Name(name);
            Text(value);
        }
    }

    public void Member(ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } set)
        {
            Name(name);
            Raw(set ? "true"u8 : "false"u8);
        }
    }

    /// <summary>Writes a member whose absence means false.</summary>
    public void Flag(ReadOnlySpan<byte> name, bool value) => Member(name, value ? true : null);

    public void Member(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } set)
        {
            Name(name);
            Number(set);
        }
    }

    public void Member(ReadOnlySpan<byte> name, ulong? value)
    {
        if (value is { } set)
        {
            Name(name);
            Number(set);
        }
    }

    public void Member(ReadOnlySpan<byte> name, IJsonRecord? value)
    {
        if (value is not null)
        {
            Name(name);
            Object(value);
        }
    }

    public void Member(ReadOnlySpan<byte> name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        Begin((byte)'[');
        for (int i = 0; i < values.Count; i++)
        {
            Separate();
            Text(values[i]);
        }
        End((byte)']');
    }

    public void Member(ReadOnlySpan<byte> name, IReadOnlyList<uint>? values)
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        Begin((byte)'[');
        for (int i = 0; i < values.Count; i++)
        {
            Separate();
            Number(values[i]);
        }
        End((byte)']');
    }

    public void Member(ReadOnlySpan<byte> name, IReadOnlyList<IJsonRecord>? values)
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        List(values);
    }

    public void Member(ReadOnlySpan<byte> name, IReadOnlyDictionary<string, string>? values)
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        Begin((byte)'{');
        foreach ((string key, string value) in values)
        {
            Key(key);
            Text(value);
        }
        End((byte)'}');
    }

    public void Map<T>(ReadOnlySpan<byte> name, IReadOnlyDictionary<string, T>? values)
        where T : IJsonRecord
    {
        if (values is null)
        {
            return;
        }
        Name(name);
        Begin((byte)'{');
        foreach ((string key, T value) in values)
        {
            Key(key);
            Object(value);
        }
        End((byte)'}');
    }

    private void Object(IJsonRecord record)
    {
        Begin((byte)'{');
        record.WriteMembers(this);
        End((byte)'}');
    }

    private void List(IReadOnlyList<IJsonRecord> values)
    {
        Begin((byte)'[');
        for (int i = 0; i < values.Count; i++)
        {
            Separate();
            Object(values[i]);
        }
        End((byte)']');
    }
}
