using System.Text.Json;
using Conex.Engine.Errors;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Seccomp;

namespace Conex.Engine.Security;

/// <summary>
/// Reads a profile file: docker's format (<c>archMap</c>, <c>includes</c>, <c>excludes</c>, <c>comment</c>), podman's words in it
/// (<c>errno</c>, <c>defaultErrno</c>), and the plain section of a runtime specification, which it contains.
/// </summary>
/// <remarks>A member that nobody knows is an error: a misspelt <c>excludes</c> that were passed over would open what the file closes.</remarks>
internal static class SeccompProfileReader
{
    internal static SeccompProfile Read(ReadOnlySpan<byte> utf8)
    {
        SeccompProfile profile;
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8.ToArray());
            profile = Profile(document.RootElement);
            // The runtime refuses bad words as well, but only when the container starts.
            SeccompTranslation.ToPolicy(Everything(profile));
        }
        catch (JsonException e)
        {
            throw Bad($"not valid JSON (line {e.LineNumber + 1}, column {e.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // The document checks JSON's grammar, but the encoding only when a string is taken.
            throw Bad("not valid UTF-8");
        }
        catch (FormatException e)
        {
            throw new InvalidRequestException(e.Message);
        }
        return profile;
    }

    private static SeccompProfile Profile(JsonElement root)
    {
        string? defaultAction = null;
        uint? defaultErrno = null;
        string? namedErrno = null;
        string[]? architectures = null;
        Dictionary<string, IReadOnlyList<string>>? subArchitectures = null;
        string[]? flags = null;
        string? listenerPath = null;
        string? listenerMetadata = null;
        List<SeccompProfileRule> rules = [];
        foreach ((string name, ProfileValue value) in ProfileValue.Root(root).Members())
        {
            switch (name)
            {
                case "defaultAction":
                    defaultAction = value.Text();
                    break;
                case "defaultErrnoRet":
                    defaultErrno = value.UInt32();
                    break;
                case "defaultErrno":
                    namedErrno = value.Text();
                    break;
                case "architectures":
                    architectures = value.Texts();
                    break;
                case "archMap":
                    subArchitectures = ArchitectureMap(value);
                    break;
                case "flags":
                    flags = value.Texts();
                    break;
                case "listenerPath":
                    listenerPath = value.Text();
                    break;
                case "listenerMetadata":
                    listenerMetadata = value.Text();
                    break;
                case "syscalls":
                    rules.AddRange(value.Items().Select(SeccompRuleReader.Read));
                    break;
                default:
                    throw value.Unknown();
            }
        }
        if (architectures is { Length: > 0 } && subArchitectures is { Count: > 0 })
        {
            throw Bad("it has both architectures and archMap; use one of them");
        }
        return new SeccompProfile
        {
            DefaultAction = defaultAction ?? throw Bad("defaultAction is missing"),
            DefaultErrnoRet = SeccompRuleReader.Errno(namedErrno, "defaultErrno") ?? defaultErrno,
            Architectures = architectures is { Length: > 0 } ? architectures : null,
            SubArchitectures = subArchitectures,
            Flags = flags,
            ListenerPath = listenerPath,
            ListenerMetadata = listenerMetadata,
            Rules = rules,
        };
    }

    private static Dictionary<string, IReadOnlyList<string>> ArchitectureMap(ProfileValue map)
    {
        Dictionary<string, IReadOnlyList<string>> result = new(StringComparer.Ordinal);
        foreach (ProfileValue item in map.Items())
        {
            string? architecture = null;
            string[] others = [];
            foreach ((string name, ProfileValue value) in item.Members())
            {
                switch (name)
                {
                    case "architecture":
                        architecture = value.Text();
                        break;
                    case "subArchitectures":
                        others = value.Texts() ?? [];
                        break;
                    default:
                        throw value.Unknown();
                }
            }
            result[architecture ?? throw item.Missing("architecture")] = others;
        }
        return result;
    }

    /// <summary>All rules at once, whomever they are for.</summary>
    private static LinuxSeccomp Everything(SeccompProfile profile) =>
        new()
        {
            DefaultAction = profile.DefaultAction,
            DefaultErrnoRet = profile.DefaultErrnoRet,
            Architectures = profile.Architectures ?? profile.SubArchitectures?.SelectMany(pair => pair.Value.Prepend(pair.Key)).ToList(),
            Flags = profile.Flags,
            Syscalls = [.. profile.Rules.Select(rule => rule.Syscall)],
        };

    internal static InvalidRequestException Bad(string what) => new($"seccomp profile: {what}");
}
