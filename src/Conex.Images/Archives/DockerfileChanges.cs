using System.Text.Json;
using Conex.Images.Catalog;
using Conex.Linux.Processes;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Archives;

/// <summary>Dockerfile instructions that change how an image runs, as docker import --change takes them.</summary>
internal static class DockerfileChanges
{
    /// <exception cref="ImageArchiveException">An instruction is unknown or malformed.</exception>
    internal static ImageExecution Apply(ImageExecution execution, IReadOnlyList<string> changes)
    {
        foreach (string change in changes)
        {
            string line = change.Trim();
            int space = line.AsSpan().IndexOfAny(' ', '\t');
            string instruction = (space < 0 ? line : line[..space]).ToUpperInvariant();
            string rest = space < 0 ? "" : line[space..].Trim();
            if (rest.Length == 0)
            {
                throw new ImageArchiveException(
                    instruction.Length == 0 ? "a change is empty" : $"change \"{line}\": {instruction} requires at least one argument"
                );
            }
            execution = Apply(execution, instruction, rest, line);
        }
        return execution;
    }

    private static ImageExecution Apply(ImageExecution execution, string instruction, string rest, string line) =>
        instruction switch
        {
            "CMD" => execution with { Cmd = Command(rest) },
            "ENTRYPOINT" => execution with { Entrypoint = Command(rest) },
            "ENV" => execution with { Env = SetVariables(execution.Env ?? [], Pairs(rest, line, mayBeOne: true)) },
            "EXPOSE" => execution with { ExposedPorts = Add(execution.ExposedPorts, Words(rest, line).SelectMany(p => Ports(p, line))) },
            "LABEL" => execution with { Labels = SetLabels(execution.Labels, Pairs(rest, line, mayBeOne: true)) },
            "ONBUILD" => execution with { OnBuild = [.. execution.OnBuild ?? [], rest] },
            "STOPSIGNAL" => SignalName.TryParse(rest, out _)
                ? execution with
                {
                    StopSignal = rest,
                }
                : throw new ImageArchiveException($"change \"{line}\": Invalid signal: {rest}"),
            "USER" => execution with { User = rest },
            "VOLUME" => execution with { Volumes = Add(execution.Volumes, Json(rest) ?? Words(rest, line)) },
            "WORKDIR" => execution with { WorkingDir = Path.GetFullPath(rest, execution.WorkingDir is { Length: > 0 } dir ? dir : "/") },
            _ => throw new ImageArchiveException($"change \"{line}\": {instruction} is no instruction that can change an image"),
        };

    /// <summary>A JSON list is the argument vector, anything else is for the shell.</summary>
    private static string[] Command(string text) => Json(text) ?? ["/bin/sh", "-c", text];

    private static string[]? Json(string text)
    {
        if (text[0] != '[')
        {
            return null;
        }
        try
        {
            string[]? list = JsonSerializer.Deserialize(text, CatalogJson.Default.StringArray);
            return list is null || list.Any(item => item is null) ? null : list;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IReadOnlyList<string> Add(IReadOnlyList<string>? list, IEnumerable<string> items) =>
        [.. (list ?? []).Concat(items).Distinct(StringComparer.Ordinal)];

    private static List<string> SetVariables(IReadOnlyList<string> variables, IEnumerable<(string Name, string Value)> pairs)
    {
        var result = new List<string>(variables);
        foreach ((string name, string value) in pairs)
        {
            int at = result.FindIndex(variable => variable.StartsWith(name + "=", StringComparison.Ordinal));
            if (at < 0)
            {
                result.Add($"{name}={value}");
            }
            else
            {
                result[at] = $"{name}={value}";
            }
        }
        return result;
    }

    private static Dictionary<string, string> SetLabels(
        IReadOnlyDictionary<string, string>? labels,
        IEnumerable<(string Name, string Value)> pairs
    )
    {
        var result = new Dictionary<string, string>(labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach ((string name, string value) in pairs)
        {
            result[name] = value;
        }
        return result;
    }

    /// <summary><c>A=1 B="two words"</c>, or one name, a space, and all the rest.</summary>
    private static List<(string Name, string Value)> Pairs(string text, string line, bool mayBeOne)
    {
        IReadOnlyList<string> words = Words(text, line);
        if (mayBeOne && !words[0].Contains('=', StringComparison.Ordinal))
        {
            int space = text.AsSpan().IndexOfAny(' ', '\t');
            return space < 0
                ? throw new ImageArchiveException($"change \"{line}\": {text} has no value")
                : [(text[..space], text[space..].Trim())];
        }
        var pairs = new List<(string, string)>();
        foreach (string word in words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new ImageArchiveException($"change \"{line}\": can't find = in \"{word}\", it must be of the form name=value");
            }
            pairs.Add((word[..equals], word[(equals + 1)..]));
        }
        return pairs;
    }

    private static IReadOnlyList<string> Words(string text, string line) =>
        QuotedWords.Split(text) ?? throw new ImageArchiveException($"change \"{line}\": a quotation mark is not closed");

    private static IEnumerable<string> Ports(string text, string line)
    {
        string[] parts = text.Split('/');
        string protocol = parts.Length > 1 ? parts[1].ToLowerInvariant() : "tcp";
        string[] range = parts[0].Split('-');
        if (
            parts.Length > 2
            || range.Length > 2
            || protocol is not ("tcp" or "udp" or "sctp")
            || !ushort.TryParse(range[0], out ushort first)
            || !ushort.TryParse(range[^1], out ushort last)
            || first == 0
            || last < first
        )
        {
            throw new ImageArchiveException($"change \"{line}\": invalid containerPort: {text}");
        }
        return Enumerable.Range(first, last - first + 1).Select(port => $"{port}/{protocol}");
    }
}
