namespace Conex.Cli.Commands;

/// <summary>IDs as people see them.</summary>
internal static class ShortId
{
    private const int Length = 12;
    private const string Algorithm = "sha256:";

    internal static string Of(string id, bool whole = false)
    {
        if (whole)
            return id;
        var start = id.StartsWith(Algorithm, StringComparison.Ordinal) ? Algorithm.Length : 0;
        return id.Substring(start, Math.Min(Length, id.Length - start));
    }

    /// <summary>A container's image: its name, or its short ID when the name is gone.</summary>
    internal static string OfImage(string image, string id, bool whole)
    {
        if (image.Length == 0)
            return "<no image>";
        return whole || image != id ? image : Of(image);
    }
}
