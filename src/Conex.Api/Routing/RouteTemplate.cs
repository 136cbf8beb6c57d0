namespace Conex.Api.Routing;

/// <summary>The pattern of a path: literal segments, <c>{name}</c> for one segment, <c>{name*}</c> for one or more, as an image's name needs
/// (<c>/images/{name*}/json</c>).</summary>
internal sealed class RouteTemplate
{
    private readonly string[] segments;

    internal RouteTemplate(string template) => segments = template.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Compares a path's segments; the variable parts come out decoded.</summary>
    /// <returns>Null when the path is another one.</returns>
    internal RouteValues? Match(ReadOnlySpan<string> path)
    {
        RouteValues values = RouteValues.None;
        int position = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            string segment = segments[i];
            if (segment.EndsWith("*}", StringComparison.Ordinal))
            {
                int length = path.Length - position - (segments.Length - i - 1);
                if (length < 1)
                {
                    return null;
                }

                values = values.With(segment[1..^2], string.Join('/', path.Slice(position, length)));
                position += length;
            }
            else if (position == path.Length)
            {
                return null;
            }
            else if (segment[0] == '{')
            {
                values = values.With(segment[1..^1], path[position++]);
            }
            else if (!segment.Equals(path[position++], StringComparison.Ordinal))
            {
                return null;
            }
        }

        return position == path.Length ? values : null;
    }
}
