using System.Text.Json;

namespace Conex.Oci.Json;

internal ref partial struct JsonReader
{
    /// <summary>Reads a text; null when absent.</summary>
    public string? String() => Begin(JsonTokenType.String, "a string") ? Text() : null;

    /// <summary>Reads true or false; null when absent.</summary>
    public bool? Boolean()
    {
        ToValue();
        return _json.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            _ => throw Expected("true or false"),
        };
    }

    /// <summary>Reads an integer of 64 bits; null when absent.</summary>
    public long? Int64() => Integer(long.MinValue, long.MaxValue, "an integer");

    /// <summary>Reads an integer of 32 bits; null when absent.</summary>
    public int? Int32() => (int?)Integer(int.MinValue, int.MaxValue, "an integer of 32 bits");

    /// <summary>Reads an unsigned integer of 32 bits; null when absent.</summary>
    public uint? UInt32() => (uint?)Integer(uint.MinValue, uint.MaxValue, "an integer from 0 to 4294967295");

    /// <summary>Reads an unsigned integer of 16 bits; null when absent.</summary>
    public ushort? UInt16() => (ushort?)Integer(ushort.MinValue, ushort.MaxValue, "an integer from 0 to 65535");

    /// <summary>Reads an unsigned integer of 64 bits; null when absent.</summary>
    public ulong? UInt64()
    {
        const string Expectation = "an integer from 0 to 18446744073709551615";
        if (!Begin(JsonTokenType.Number, Expectation))
        {
            return null;
        }
        return _json.TryGetUInt64(out ulong value) ? value : throw Expected(Expectation);
    }

    /// <summary>Reads an integer in a range; null when absent.</summary>
    public long? Integer(long min, long max, string expectation)
    {
        if (!Begin(JsonTokenType.Number, expectation))
        {
            return null;
        }
        return _json.TryGetInt64(out long value) && value >= min && value <= max ? value : throw Expected(expectation);
    }

    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The reader checks JSON's grammar, but the encoding only when a string is taken.
            throw Expected("text in UTF-8");
        }
    }
}
