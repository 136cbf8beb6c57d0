using System.Globalization;
using System.Text.Json;
using Conex.Linux.Files;
using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Images.Registries;

/// <summary>Registry settings in a JSON file with the members of docker's daemon.json, and <c>registries</c> for mirrors of any registry.</summary>
/// <example><c>{"registry-mirrors": ["https://mirror"], "insecure-registries": ["10.0.0.0/8"], "max-concurrent-downloads": 3,
/// "registries": {"registry.example": {"mirrors": ["https://cache"]}}, "registry-auth-file": "/etc/conex/auth.json",
/// "max-layer-size": "128GiB", "max-layer-expansion": 500}</c></example>
public static class RegistrySettingsFile
{
    private const int Limit = 1 << 20;
    private const long SmallestLayer = 1 << 20;
    private static readonly string[] Units = ["MiB", "GiB", "TiB"];

    /// <summary>The settings of a file; the defaults where it is missing.</summary>
    /// <exception cref="FormatException">It cannot be understood; the sentence names file and member.</exception>
    /// <exception cref="Linux.Errors.KernelException">It cannot be read.</exception>
    public static RegistrySettings Read(string path, RegistrySettings defaults)
    {
        if (PathAt.Status(path) is null)
        {
            return defaults;
        }
        try
        {
            return Parse(FileIo.ReadAll(path, Limit), defaults);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    /// <inheritdoc cref="Read"/>
    public static RegistrySettings Parse(ReadOnlySpan<byte> utf8, RegistrySettings defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            RegistrySettings settings = defaults;
            var mirrors = new Dictionary<string, IReadOnlyList<string>>(defaults.Mirrors, StringComparer.Ordinal);
            foreach (JsonProperty member in Object(document.RootElement, "the file").EnumerateObject())
            {
                settings = Apply(settings, member, mirrors);
            }
            return settings with { Mirrors = mirrors };
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static RegistrySettings Apply(RegistrySettings settings, JsonProperty member, Dictionary<string, IReadOnlyList<string>> mirrors)
    {
        switch (member.Name)
        {
            case "registry-mirrors":
                mirrors[ImageReference.DefaultDomain] = Urls(member);
                return settings;
            case "insecure-registries":
                return settings with { InsecureRegistries = Texts(member) };
            case "max-concurrent-downloads":
                return settings with { ParallelLayers = Count(member) };
            case "max-layer-size":
                return settings with { Expansion = settings.Expansion with { Most = Size(member) } };
            case "max-layer-expansion":
                return settings with { Expansion = settings.Expansion with { Ratio = (int)Number(member, 1, 1_000_000) } };
            case "registry-certificates":
                return settings with { CertificateDirectories = [.. Texts(member), .. settings.CertificateDirectories] };
            case "registry-auth-file":
                string path = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw Wrong(member, "a path");
                return settings with { MirrorCredentials = AuthFile.Parse(FileIo.ReadAll(path, Limit)) };
            case "registries":
                foreach (JsonProperty registry in Object(member.Value, member.Name).EnumerateObject())
                {
                    foreach (JsonProperty part in Object(registry.Value, registry.Name).EnumerateObject())
                    {
                        mirrors[registry.Name] = part.Name == "mirrors" ? Urls(part) : throw Wrong(part, "the member mirrors and no other");
                    }
                }
                return settings;
            default:
                throw new FormatException($"there is no setting \"{member.Name}\"");
        }
    }

    private static int Count(JsonProperty member) => (int)Number(member, 1, 100);

    private static long Number(JsonProperty member, long least, long most) =>
        member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt64(out long count) && count >= least && count <= most
            ? count
            : throw Wrong(member, $"a number from {least} to {most}");

    /// <summary>Bytes: a number, or a text as <c>64GiB</c>.</summary>
    private static long Size(JsonProperty member)
    {
        if (member.Value.ValueKind == JsonValueKind.Number)
        {
            return Number(member, SmallestLayer, long.MaxValue);
        }
        string text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : "";
        int unit = Array.FindIndex(Units, name => text.EndsWith(name, StringComparison.Ordinal));
        bool isSize =
            unit >= 0
            && long.TryParse(
                text.AsSpan(0, text.Length - Units[unit].Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out long count
            )
            && count is > 0 and <= 1 << 20;
        return isSize
            ? long.Parse(text.AsSpan(0, text.Length - Units[unit].Length), CultureInfo.InvariantCulture) << (20 + (10 * unit))
            : throw Wrong(member, "a number of bytes, or a text as 64GiB, with MiB, GiB or TiB");
    }

    private static string[] Urls(JsonProperty member)
    {
        string[] urls = Texts(member);
        return Array.TrueForAll(urls, url => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
            ? urls
            : throw Wrong(member, "URLs as https://host");
    }

    private static string[] Texts(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. member.Value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Wrong(member, "a list of texts");

    private static JsonElement Object(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object ? value : throw new FormatException($"\"{name}\" must be an object");

    private static FormatException Wrong(JsonProperty member, string expected) => new($"\"{member.Name}\" must be {expected}");
}
