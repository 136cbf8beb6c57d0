using System.Globalization;
using Conex.Linux.DBus;

namespace Conex.Linux.Systemd;

/// <summary>A property of a systemd unit as its D-Bus interface takes it (org.freedesktop.systemd1(5)).</summary>
/// <param name="Name">As <c>MemoryMax</c>.</param>
/// <param name="Value">bool, int, uint, long, ulong, double, string, byte[], uint[], string[] or (string, string)[].</param>
public sealed record UnitProperty(string Name, object Value)
{
    /// <summary>The value's D-Bus type.</summary>
    public string Signature =>
        Value switch
        {
            bool => "b",
            int => "i",
            uint => "u",
            long => "x",
            ulong => "t",
            double => "d",
            string => "s",
            byte[] => "ay",
            uint[] => "au",
            string[] => "as",
            (string, string)[] => "a(ss)",
            _ => throw new InvalidOperationException($"a property of type {Value.GetType()} has no D-Bus type"),
        };

    /// <summary><c>MemoryMax=t 1048576</c>.</summary>
    public override string ToString() =>
        $"{Name}={Signature} "
        + Value switch
        {
            byte[] bytes => Convert.ToHexString(bytes),
            uint[] numbers => string.Join(' ', numbers),
            string[] texts => string.Join(' ', texts),
            (string, string)[] pairs => string.Join(", ", pairs.Select(p => $"{p.Item1} {p.Item2}")),
            _ => string.Format(CultureInfo.InvariantCulture, "{0}", Value),
        };

    /// <summary>Writes the name and the value as a variant.</summary>
    internal void Write(DBusWriter body)
    {
        body.Align(8);
        body.String(Name);
        body.Signature(Signature);
        switch (Value)
        {
            case bool truth:
                body.Boolean(truth);
                break;
            case int number:
                body.UInt32(unchecked((uint)number));
                break;
            case uint number:
                body.UInt32(number);
                break;
            case long number:
                body.UInt64(unchecked((ulong)number));
                break;
            case ulong number:
                body.UInt64(number);
                break;
            case double number:
                body.UInt64(BitConverter.DoubleToUInt64Bits(number));
                break;
            case string text:
                body.String(text);
                break;
            case byte[] bytes:
                Array(body, 1, () => body.Bytes(bytes));
                break;
            case uint[] numbers:
                Array(body, 4, () => System.Array.ForEach(numbers, body.UInt32));
                break;
            case string[] texts:
                Array(body, 4, () => System.Array.ForEach(texts, body.String));
                break;
            case (string First, string Second)[] pairs:
                Array(body, 8, () => System.Array.ForEach(pairs, p => Pair(body, p)));
                break;
        }
    }

    private static void Pair(DBusWriter body, (string First, string Second) pair)
    {
        body.Align(8);
        body.String(pair.First);
        body.String(pair.Second);
    }

    private static void Array(DBusWriter body, int alignment, Action elements)
    {
        (int, int) array = body.BeginArray(alignment);
        elements();
        body.EndArray(array);
    }
}
