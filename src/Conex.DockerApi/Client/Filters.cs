using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Conex.DockerApi.Client;

/// <summary>The <c>filters</c> of list requests: several values of one key mean any of them (or all of them, for labels).</summary>
public sealed class Filters
{
    private readonly Dictionary<string, List<string>> values = new(StringComparer.Ordinal);

    /// <summary>Adds one value.</summary>
    public Filters Add(string key, string value)
    {
        if (!values.TryGetValue(key, out List<string>? list))
        {
            values[key] = list = [];
        }

        list.Add(value);
        return this;
    }

    /// <summary>The query's value: <c>{"label":{"a=b":true}}</c>; null when there is no filter.</summary>
    internal static string? ToQuery(Filters? filters)
    {
        if (filters is null || filters.values.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach ((string key, List<string> list) in filters.values)
            {
                writer.WriteStartObject(key);
                foreach (string value in list.Distinct(StringComparer.Ordinal))
                {
                    writer.WriteBoolean(value, true);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
