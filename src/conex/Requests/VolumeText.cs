namespace Conex.Cli.Requests;

/// <summary>The value of <c>-v</c>: <c>SOURCE:DESTINATION[:OPTIONS]</c>.</summary>
internal static class VolumeText
{
    /// <summary>The bind as the engine takes it; a source such as <c>./x</c> becomes absolute.</summary>
    /// <exception cref="FormatException">It names a volume instead of a path.</exception>
    internal static string Parse(string text)
    {
        var (source, rest) = Pairs.Split(text, ':');
        if (rest is null)
            throw new FormatException(
                $"-v {text}: volumes without a path on the host are not supported; give the host's path: -v /path:{text}"
            );
        if (source.Length == 0)
            throw new FormatException($"invalid spec: {text}: empty section between colons");
        if (source[0] == '.')
            return $"{Path.GetFullPath(source)}:{rest}";
        if (source[0] != '/')
            throw new FormatException(
                $"-v {text}: named volumes are not supported; for a directory of the host write its path: -v ./{source}:{rest}"
            );
        return text;
    }
}
