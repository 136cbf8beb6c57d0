using System.Text.Json;
using Conex.Engine.Errors;

namespace Conex.Api.Routing;

/// <summary>Reads the <c>filters</c> parameter: <c>{"label":{"a=b":true}}</c>, or <c>{"label":["a=b"]}</c> of older clients.</summary>
internal static class FilterQuery
{
    /// <summary>The filters by key; empty when there are none.</summary>
    /// <exception cref="InvalidRequestException">The text is neither form, or has a key that is not among <paramref name="accepted"/>.</exception>
    internal static IReadOnlyDictionary<string, IReadOnlyList<string>> Parse(string? text, params ReadOnlySpan<string> accepted)
    {
        var filters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (text is null)
        {
            return filters;
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            foreach (JsonProperty filter in document.RootElement.EnumerateObject())
            {
                if (!accepted.Contains(filter.Name))
                {
                    throw new InvalidRequestException($"invalid filter '{filter.Name}'");
                }

                filters[filter.Name] = Values(filter.Value);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new InvalidRequestException($"invalid filter: {wrong.Message}");
        }

        return filters;
    }

    private static List<string> Values(JsonElement element)
    {
        var values = new List<string>();
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                values.Add(item.GetString() ?? "");
            }

            return values;
        }

        foreach (JsonProperty value in element.EnumerateObject())
        {
            if (value.Value.GetBoolean())
            {
                values.Add(value.Name);
            }
        }

        return values;
    }
}
