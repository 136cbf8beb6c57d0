using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conex.Runtime.Tests.Fuzzing;

/// <summary>Changes a document so that it is no longer what its author meant: bytes, members, types, sizes.</summary>
internal sealed class Mutation(Random random)
{
    /// <summary>Stand for what a JSON writer would not write; replaced in the text.</summary>
    private const string Lone = "LONE-SURROGATE";
    private const string Raw = "RAW-BYTES";
    private const string Twice = "TWICE-";

    private static readonly JsonSerializerOptions s_writing = new() { MaxDepth = 1000 };

    private static readonly string[] s_numbers =
    [
        "0",
        "-1",
        "1",
        "-0",
        "2147483647",
        "2147483648",
        "-2147483648",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e400",
        "1.5",
        "-1e-9",
        "65536",
        "4096",
        "1000000000",
    ];

    private static readonly string[] s_texts =
    [
        "",
        "\0",
        "a\0b",
        "\n",
        "a\nb\r\tc",
        "\u001b[31m",
        "/",
        "//",
        "..",
        "../../..",
        "/..",
        ".",
        "/proc",
        "/proc/self/fd/7",
        "/dev",
        "/dev/console",
        "/sys/fs/cgroup",
        ":",
        ",",
        "=",
        "a=b",
        "-1",
        "0",
        "0-",
        "-",
        "5-2",
        "0-4294967295",
        "18446744073709551616",
        "99999999999999999999999999",
        "0x10",
        "1e3",
        "%s%n{0}{1}",
        Lone,
        Raw,
        "\ud83d\ude00\u0301\u200f",
        "CAP_",
        "SCMP_ACT_NOTIFY",
        "SCMP_CMP_MASKED_EQ",
        "user",
        "mount",
        "time",
        "rbind",
        "idmap",
        "ridmap",
        "mode=",
        "size=99999999999999999999",
        "mode=99999999999",
        "bind",
        "tmpfs",
        "tmpcopyup",
        "true",
    ];

    internal byte[] Apply(byte[] document)
    {
        int changes = 1 + random.Next(4);
        if (random.Next(4) == 0)
        {
            byte[] bytes = document;
            for (int i = 0; i < changes; i++)
            {
                bytes = ChangeBytes(bytes);
            }
            return bytes;
        }
        JsonNode root = JsonNode.Parse(document)!;
        for (int i = 0; i < changes; i++)
        {
            Change(root);
        }
        return Write(root);
    }

    private byte[] ChangeBytes(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }
        int at = random.Next(bytes.Length);
        int length = Math.Min(1 + random.Next(40), bytes.Length - at);
        byte[] changed = [.. bytes];
        switch (random.Next(6))
        {
            case 0:
                changed[at] = (byte)random.Next(256);
                return changed;
            case 1:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            default:
                ReadOnlySpan<byte> signs = "{}[],:\"\\0-.eE\0\u00ff"u8;
                changed[at] = signs[random.Next(signs.Length)];
                return changed;
        }
    }

    private void Change(JsonNode root)
    {
        List<JsonNode> holders = [];
        Collect(root, holders);
        JsonNode holder = holders[random.Next(holders.Count)];
        if (holder is JsonObject members)
        {
            string name = members.ElementAt(random.Next(members.Count)).Key;
            JsonNode? value = members[name];
            switch (random.Next(8))
            {
                case 0:
                    members.Remove(name);
                    break;
                case 1:
                    members[Twice + name] = Other(value);
                    break;
                case 2:
                    members.Remove(name);
                    members[Pick(s_texts)] = value?.DeepClone();
                    break;
                default:
                    members[name] = Other(value);
                    break;
            }
            return;
        }
        var list = (JsonArray)holder;
        int at = random.Next(list.Count);
        switch (random.Next(8))
        {
            case 0:
                list.RemoveAt(at);
                break;
            case 1:
                list.Insert(at, list[at]?.DeepClone());
                break;
            case 2:
                Repeat(list, at);
                break;
            default:
                list[at] = Other(list[at]);
                break;
        }
    }

    private void Repeat(JsonArray list, int at)
    {
        int times = random.Next(20) == 0 ? 5000 : random.Next(200);
        JsonNode? item = list[at];
        // A larger document is refused by its size.
        times = Math.Min(times, 2_000_000 / (item?.ToJsonString(s_writing).Length ?? 4));
        for (int i = 0; i < times; i++)
        {
            list.Add(item?.DeepClone());
        }
    }

    private JsonNode? Other(JsonNode? value) =>
        random.Next(12) switch
        {
            0 => null,
            1 => new JsonObject(),
            2 => new JsonArray(),
            3 => JsonValue.Create(random.Next(2) == 0),
            4 => Deep(),
            5 => new JsonArray(value?.DeepClone()),
            6 => JsonValue.Create(new string('a', random.Next(10) == 0 ? 200_000 : 5000)),
            7 => JsonValue.Create(string.Concat(Enumerable.Repeat("/a", random.Next(20) == 0 ? 50_000 : 1000))),
            8 or 9 => JsonNode.Parse(Pick(s_numbers)),
            _ => JsonValue.Create(Pick(s_texts)),
        };

    private JsonNode Deep()
    {
        // System.Text.Json writes no deeper than 1000 levels.
        int depth = random.Next(2) == 0 ? 30 : 300;
        return JsonNode.Parse(
            new string('[', depth) + new string(']', depth),
            documentOptions: new JsonDocumentOptions { MaxDepth = 1000 }
        )!;
    }

    private static void Collect(JsonNode node, List<JsonNode> holders)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                holders.Add(members);
                foreach ((_, JsonNode? value) in members)
                {
                    if (value is not null)
                    {
                        Collect(value, holders);
                    }
                }
                break;
            case JsonArray { Count: > 0 } list:
                holders.Add(list);
                // The items of a long list are all alike.
                foreach (JsonNode? value in list.Take(50))
                {
                    if (value is not null)
                    {
                        Collect(value, holders);
                    }
                }
                break;
        }
    }

    private static byte[] Write(JsonNode root)
    {
        string text = root.ToJsonString(s_writing)
            .Replace($"\"{Twice}", "\"", StringComparison.Ordinal)
            .Replace(Lone, "\\ud800", StringComparison.Ordinal);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int raw = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Raw));
        return raw < 0 ? bytes : [.. bytes[..raw], 0xff, 0xc0, 0x80, .. bytes[(raw + Raw.Length)..]];
    }

    private string Pick(string[] values) => values[random.Next(values.Length)];
}
