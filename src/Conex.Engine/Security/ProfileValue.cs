using System.Text.Json;
using Conex.Engine.Errors;

namespace Conex.Engine.Security;

/// <summary>A value of a profile file with its path, so that a complaint can say where. A null is an absent value, as Go's encoder writes them.</summary>
/// <param name="element">The value.</param>
/// <param name="parent">Where it stands in; null for the document.</param>
/// <param name="name">Its name or <c>[index]</c> there.</param>
internal sealed class ProfileValue(JsonElement element, ProfileValue? parent, string name)
{
    /// <summary>Where the value stands: <c>syscalls[3].args[0].op</c>.</summary>
    internal string Path =>
        parent is null ? "the profile"
        : parent.IsRoot ? name
        : name.StartsWith('[') ? parent.Path + name
        : $"{parent.Path}.{name}";

    private bool IsRoot => parent is null;

    internal static ProfileValue Root(JsonElement element) => new(element, null, "");

    internal IEnumerable<(string Name, ProfileValue Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            // An absent section is empty; an absent profile is none.
            return element.ValueKind == JsonValueKind.Null && !IsRoot ? [] : throw Expected("an object");
        }
        return element.EnumerateObject().Select(member => (member.Name, new ProfileValue(member.Value, this, member.Name)));
    }

    internal IEnumerable<ProfileValue> Items() =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().Select((item, i) => new ProfileValue(item, this, $"[{i}]")),
            JsonValueKind.Null => [],
            _ => throw Expected("a list"),
        };

    internal string? Text() =>
        element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Null => null,
            _ => throw Expected("a string"),
        };

    internal string[]? Texts() =>
        element.ValueKind == JsonValueKind.Null ? null : [.. Items().Select(item => item.Text() ?? throw item.Expected("a string"))];

    internal uint? UInt32() => Number(uint.MaxValue) is { } number ? (uint)number : null;

    internal ulong? UInt64() => Number(ulong.MaxValue);

    internal InvalidRequestException Unknown() => new($"seccomp profile: unknown member {Path}");

    internal InvalidRequestException Missing(string member) => new($"seccomp profile: {(IsRoot ? member : $"{Path}.{member}")} is missing");

    private ulong? Number(ulong maximum) =>
        element.ValueKind == JsonValueKind.Null ? null
        : element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out ulong number) && number <= maximum ? number
        : throw Expected($"an integer from 0 to {maximum}");

    private InvalidRequestException Expected(string what) => new($"seccomp profile: {Path}: expected {what}, found {Found()}");

    private string Found() =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.Null => "null",
            _ => element.GetRawText(),
        };
}
