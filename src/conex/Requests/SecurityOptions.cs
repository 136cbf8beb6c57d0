using System.Text.Json;
using Conex.Cli.Output;
using Conex.CommandLine.Values;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Cli.Requests;

/// <summary>The values of <c>--security-opt</c> as the engine takes them.</summary>
internal sealed class SecurityOptions
{
    /// <summary>The options; a seccomp file is replaced by its text, because the engine may not see the caller's files.</summary>
    internal List<string> Options { get; } = [];

    /// <summary>Whether the masked and read-only paths of /proc and /sys are open.</summary>
    internal bool OpenSystemPaths { get; private init; }

    /// <exception cref="FormatException">An option is unknown, or its file cannot be used.</exception>
    internal static SecurityOptions Parse(IReadOnlyList<string> texts)
    {
        var open = false;
        var options = new List<string>(texts.Count);
        foreach (var text in texts)
        {
            var (name, value) = Pairs.Split(text, text.Contains('=', StringComparison.Ordinal) ? '=' : ':');
            if (value is null && name != "no-new-privileges" && name != "writable-cgroups")
                throw new FormatException($"Invalid --security-opt: {QuotedText.Of(text)}");
            if (name == "systempaths" && value == "unconfined")
                open = true;
            else if (name == "seccomp" && value is not ("unconfined" or "builtin"))
                options.Add("seccomp=" + Profile(value!));
            else
                options.Add(text);
        }
        var parsed = new SecurityOptions { OpenSystemPaths = open };
        parsed.Options.AddRange(options);
        return parsed;
    }

    private static string Profile(string path)
    {
        byte[] profile;
        try
        {
            profile = FileIo.ReadAll(path);
        }
        catch (KernelException reason)
        {
            throw new FormatException($"opening seccomp profile ({path}) failed: {reason.Message}", reason);
        }
        try
        {
            var reader = new Utf8JsonReader(profile);
            while (reader.Read()) { }
        }
        catch (JsonException reason)
        {
            throw new FormatException($"the seccomp profile {path} is not valid JSON: {reason.Message}", reason);
        }
        return JsonText.Compact(profile);
    }
}
