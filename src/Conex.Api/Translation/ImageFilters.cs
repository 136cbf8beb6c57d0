using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Images;
using Conex.Oci;

namespace Conex.Api.Translation;

/// <summary>The filters of image lists and of prune.</summary>
internal static class ImageFilters
{
    /// <summary>Whether an image fits one filter.</summary>
    /// <exception cref="InvalidRequestException">A value means nothing.</exception>
    /// <exception cref="NotFoundException">before or since names an image that is not there.</exception>
    internal static Func<StoredImage, bool> Predicate(ContainerEngine engine, string key, IReadOnlyList<string> values, DateTimeOffset now)
    {
        switch (key)
        {
            case "dangling":
                bool dangling = Truth(key, values);
                return image => (image.Tags.Count == 0) == dangling;
            case "label":
                return image => values.All(label => HasLabel(image, label));
            case "label!":
                return image => !values.Any(label => HasLabel(image, label));
            case "reference":
                return image => image.Tags.Any(tag => Matches(tag, values));
            case "before":
                DateTimeOffset? before = values.Select(name => engine.Images.Resolve(name).Config.Created).Min();
                return image => image.Config.Created < before;
            case "since":
                DateTimeOffset? since = values.Select(name => engine.Images.Resolve(name).Config.Created).Max();
                return image => image.Config.Created > since;
            case "until":
                DateTimeOffset? until = values.Select(value => Ago.Moment(value, now)).Min();
                return image => image.Config.Created < until;
            default:
                throw new InvalidRequestException($"invalid filter '{key}'");
        }
    }

    /// <summary>Whether a name fits one of several patterns, of the whole name or of the repository.</summary>
    internal static bool Matches(ImageReference tag, IReadOnlyList<string> patterns) =>
        patterns.Any(pattern => PathPattern.Matches(pattern, tag.Familiar) || PathPattern.Matches(pattern, tag.FamiliarName));

    /// <exception cref="InvalidRequestException">The values are no one truth.</exception>
    internal static bool Truth(string key, IReadOnlyList<string> values) =>
        values switch
        {
            ["true" or "1" or "t" or "T" or "TRUE" or "True"] => true,
            ["false" or "0" or "f" or "F" or "FALSE" or "False"] => false,
            _ => throw new InvalidRequestException($"invalid filter '{key}={string.Join(',', values)}': give true or false"),
        };

    private static bool HasLabel(StoredImage image, string label)
    {
        IReadOnlyDictionary<string, string>? labels = image.Config.Config?.Labels;
        int equals = label.IndexOf('=', StringComparison.Ordinal);
        return labels is not null
            && (equals < 0 ? labels.ContainsKey(label) : labels.GetValueOrDefault(label[..equals]) == label[(equals + 1)..]);
    }
}
