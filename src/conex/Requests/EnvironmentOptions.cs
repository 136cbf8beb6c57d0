using System.Text;
using Conex.CommandLine.Values;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Cli.Requests;

/// <summary>Variables and labels from options and files.</summary>
internal static class EnvironmentOptions
{
    /// <summary>What is wrong with the value of <c>-e</c>, or null.</summary>
    internal static string? Complaint(string text) => text.Length == 0 || text[0] == '=' ? $"invalid environment variable: {text}" : null;

    /// <summary>The variables of all files, then those of the options; a name without a value takes the one from this process.</summary>
    /// <exception cref="FormatException">A file is wrong.</exception>
    internal static string[] Read(IReadOnlyList<string> files, IReadOnlyList<string> options)
    {
        var variables = new List<string>();
        foreach (var file in files)
        {
            foreach (var line in Lines(file))
            {
                if (line.Contains('=', StringComparison.Ordinal))
                    variables.Add(line);
                else if (Environment.GetEnvironmentVariable(line) is { } value)
                    variables.Add($"{line}={value}");
            }
        }
        foreach (var option in options)
        {
            // A name without a value here removes the image's variable.
            var inherited = option.Contains('=', StringComparison.Ordinal) ? null : Environment.GetEnvironmentVariable(option);
            variables.Add(inherited is null ? option : $"{option}={inherited}");
        }
        return [.. variables];
    }

    /// <summary>The labels of all files, then those of the options, later ones over earlier ones.</summary>
    /// <exception cref="FormatException">A file is wrong.</exception>
    internal static Dictionary<string, string> ReadLabels(IReadOnlyList<string> files, IReadOnlyList<string> options)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var line in Lines(file))
                Pairs.Add(labels, line);
        }
        foreach (var option in options)
            Pairs.Add(labels, option);
        return labels;
    }

    private static List<string> Lines(string path)
    {
        byte[] bytes;
        try
        {
            bytes = FileIo.ReadAll(path);
        }
        catch (KernelException reason)
        {
            throw new FormatException(reason.Message, reason);
        }
        var text = bytes.AsSpan();
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        var lines = new List<string>();
        var number = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var raw = text[range];
            if (raw is [.., (byte)'\r'])
                raw = raw[..^1];
            if (!System.Text.Unicode.Utf8.IsValid(raw))
                throw new FormatException($"invalid env file ({path}): invalid utf8 bytes at line {number}");
            var line = Encoding.UTF8.GetString(raw).TrimStart();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? line : line[..equals];
            if (name.Length == 0)
                throw new FormatException($"invalid env file ({path}): no variable name on line {QuotedText.Of(line)}");
            if (name.AsSpan().ContainsAny(" \t\v\f"))
                throw new FormatException($"invalid env file ({path}): variable {QuotedText.Of(name)} contains whitespaces");
            lines.Add(line);
        }
        return lines;
    }
}
