using System.Text.Json;

namespace Conex.Oci.Json;

/// <summary>
/// Reads a document member by member. The records read themselves with it, because a serializer's metadata costs a freshly started process
/// two milliseconds and 800 KB before the first member is read; this costs a twentieth of that.
/// </summary>
/// <remarks>
/// A <c>null</c> is an absent member, as Go's encoder writes nil slices that way. The methods that return a value advance over it.
/// Errors are <see cref="FormatException"/>s that begin with the path of the member.
/// </remarks>
internal ref partial struct JsonReader
{
    // NGROUPS_MAX of the kernel; nothing else comes near it, and a document of "{}," without end would take thirty times its size of memory.
    private const int MostItems = 65_536;

    private readonly ReadOnlySpan<byte> _document;
    private Utf8JsonReader _json;

    private JsonReader(ReadOnlySpan<byte> document)
    {
        _document = document;
        _json = new Utf8JsonReader(document);
    }

    /// <summary>Reads a whole document that is one object.</summary>
    /// <exception cref="FormatException">It is no JSON, no object, or a member is missing or of the wrong kind.</exception>
    public static T Document<T>(ReadOnlySpan<byte> utf8)
        where T : class, IJsonRecord<T>
    {
        JsonReader json = new(utf8);
        try
        {
            json.Advance();
            T value = T.Read(ref json);
            json.Advance();
            return value;
        }
        catch (JsonException e)
        {
            throw JsonError.Syntax(utf8, e);
        }
    }

    /// <summary>Reads a whole document that is a list of objects.</summary>
    /// <exception cref="FormatException">It is no JSON, no list, or an item is not as it should be.</exception>
    public static T[] DocumentList<T>(ReadOnlySpan<byte> utf8)
        where T : class, IJsonRecord<T>
    {
        JsonReader json = new(utf8);
        try
        {
            json.Advance();
            T[] values = json.List<T>() ?? throw json.Expected("a list");
            json.Advance();
            return values;
        }
        catch (JsonException e)
        {
            throw JsonError.Syntax(utf8, e);
        }
    }

    /// <summary>Makes sure that an object begins at the position.</summary>
    public readonly void EnterObject()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw Expected("an object");
        }
    }

    /// <summary>Goes to the next member's name; false at the object's end.</summary>
    public bool NextMember()
    {
        Advance();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Whether the member at the position has this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => _json.ValueIsEscaped ? IsSpelled(name) : _json.ValueTextEquals(name);

    /// <summary>Passes over the member's value.</summary>
    public void Skip() => _json.Skip();

    /// <summary>Reads an object; null when absent.</summary>
    public T? Object<T>()
        where T : class, IJsonRecord<T> => IsNull() ? null : T.Read(ref this);

    /// <summary>Passes over an object, which is well-formed JSON at least, and gives its text; empty when absent.</summary>
    public byte[] ObjectText()
    {
        if (IsNull())
        {
            return [];
        }
        EnterObject();
        int start = (int)_json.TokenStartIndex;
        Skip();
        return _document[start..(int)_json.BytesConsumed].ToArray();
    }

    /// <summary>Reads a list of objects; null when absent.</summary>
    public T[]? List<T>()
        where T : class, IJsonRecord<T>
    {
        if (!Begin(JsonTokenType.StartArray, "a list"))
        {
            return null;
        }
        T[] items = [];
        int count = 0;
        while (NextItem())
        {
            Grow(ref items, count);
            items[count++] = T.Read(ref this);
        }
        Array.Resize(ref items, count);
        return items;
    }

    /// <summary>Reads a list of texts; null when absent.</summary>
    public string[]? Strings()
    {
        if (!Begin(JsonTokenType.StartArray, "a list"))
        {
            return null;
        }
        string[] items = [];
        int count = 0;
        while (NextItem())
        {
            Grow(ref items, count);
            items[count++] = Item();
        }
        Array.Resize(ref items, count);
        return items;
    }

    /// <summary>Reads a list of numbers; null when absent.</summary>
    public uint[]? UInt32s()
    {
        if (!Begin(JsonTokenType.StartArray, "a list"))
        {
            return null;
        }
        uint[] items = [];
        int count = 0;
        while (NextItem())
        {
            Grow(ref items, count);
            items[count++] = UInt32() ?? throw Expected("a number");
        }
        Array.Resize(ref items, count);
        return items;
    }

    /// <summary>Reads an object whose member names are keys and whose values are objects; null when absent. Of equal keys the last counts.</summary>
    public Dictionary<string, T>? Map<T>()
        where T : class, IJsonRecord<T>
    {
        if (!Begin(JsonTokenType.StartObject, "an object"))
        {
            return null;
        }
        Dictionary<string, T> items = new(StringComparer.Ordinal);
        while (NextMember())
        {
            CheckCount(items.Count);
            string key = Text();
            Advance();
            items[key] = T.Read(ref this);
        }
        return items;
    }

    /// <summary>Reads an object whose member names are keys and whose values are texts; null when absent. Of equal keys the last counts.</summary>
    public Dictionary<string, string>? StringMap()
    {
        if (!Begin(JsonTokenType.StartObject, "an object"))
        {
            return null;
        }
        Dictionary<string, string> items = new(StringComparer.Ordinal);
        while (NextMember())
        {
            CheckCount(items.Count);
            string key = Text();
            Advance();
            items[key] = Item();
        }
        return items;
    }

    /// <summary>The value of a member that must be there, to be called at the object's end.</summary>
    public readonly T Required<T>(T? value, string name)
        where T : class => value ?? throw Missing(name);

    /// <inheritdoc cref="Required{T}(T, string)"/>
    public readonly T Required<T>(T? value, string name)
        where T : struct => value ?? throw Missing(name);

    /// <summary>An error about the value at the position: <c>process.args[1]: expected a string, found a number</c>.</summary>
    public readonly FormatException Expected(string expected) => JsonError.Expected(_document, _json, expected);

    private readonly bool IsSpelled(ReadOnlySpan<byte> name)
    {
        try
        {
            return _json.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is in no name that anybody knows.
            return false;
        }
    }

    private readonly FormatException Missing(string name) => JsonError.Missing(_document, _json, name);

    private readonly string Item() => _json.TokenType == JsonTokenType.String ? Text() : throw Expected("a string");

    private readonly void Grow<T>(ref T[] items, int count)
    {
        CheckCount(count);
        if (count == items.Length)
        {
            Array.Resize(ref items, count == 0 ? 4 : count * 2);
        }
    }

    private readonly void CheckCount(int count)
    {
        if (count == MostItems)
        {
            throw Expected($"at most {MostItems} items");
        }
    }

    private bool IsNull()
    {
        ToValue();
        return _json.TokenType == JsonTokenType.Null;
    }

    private bool NextItem()
    {
        Advance();
        return _json.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Goes to the value when the position is its name, and into it; false for a null.</summary>
    private bool Begin(JsonTokenType start, string expected)
    {
        ToValue();
        if (_json.TokenType == start)
        {
            return true;
        }
        return _json.TokenType == JsonTokenType.Null ? false : throw Expected(expected);
    }

    private void ToValue()
    {
        if (_json.TokenType == JsonTokenType.PropertyName)
        {
            Advance();
        }
    }

    private void Advance() => _json.Read();
}
