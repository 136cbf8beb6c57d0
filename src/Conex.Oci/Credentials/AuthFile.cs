using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Conex.Oci.Credentials;

/// <summary>The credentials in docker's <c>config.json</c> or in containers' <c>auth.json</c>. Members that this does not know survive a change.</summary>
public sealed class AuthFile
{
    private const string Auths = "auths";
    private readonly Dictionary<string, RegistryCredential> auths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> helpers = new(StringComparer.Ordinal);

    private AuthFile() { }

    /// <summary>The program <c>docker-credential-NAME</c> that keeps all credentials; null when the file itself does.</summary>
    public string? CredentialStore { get; private set; }

    /// <summary>Reads the file's content; nothing is an empty file.</summary>
    /// <exception cref="FormatException">It is no such file.</exception>
    public static AuthFile Parse(ReadOnlySpan<byte> utf8)
    {
        var file = new AuthFile();
        if (utf8.Trim(" \t\r\n"u8).IsEmpty)
        {
            return file;
        }
        using JsonDocument document = Document(utf8);
        file.CredentialStore = Text(document.RootElement, "credsStore") is { Length: > 0 } store ? store : null;
        foreach (JsonProperty entry in Members(document.RootElement, "credHelpers"))
        {
            if (entry.Value.ValueKind == JsonValueKind.String)
            {
                file.helpers[entry.Name] = entry.Value.GetString()!;
            }
        }
        foreach (JsonProperty entry in Members(document.RootElement, Auths))
        {
            if (entry.Value.ValueKind == JsonValueKind.Object)
            {
                file.auths[entry.Name] = Credential(entry.Name, entry.Value);
            }
        }
        return file;
    }

    /// <summary>The credential of a registry that the file itself holds. A key may name a part of the registry (<c>host/team</c>); the longest
    /// that fits wins (containers-auth.json(5)).</summary>
    /// <param name="domain">The registry, as an image's name has it.</param>
    /// <param name="path">The repository; empty for the registry as a whole.</param>
    public RegistryCredential? Find(string domain, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (string name = path.Length > 0 ? $"{domain}/{path}" : domain; ; name = name[..name.LastIndexOf('/')])
        {
            if (auths.TryGetValue(name, out RegistryCredential? exact) && !exact.IsEmpty)
            {
                return exact;
            }
            if (!name.Contains('/', StringComparison.Ordinal))
            {
                break;
            }
        }
        return auths
            .Where(pair => IsWholeHost(pair.Key) && RegistryNames.AreSame(RegistryNames.HostOf(pair.Key), domain) && !pair.Value.IsEmpty)
            .Select(pair => pair.Value)
            .FirstOrDefault();
    }

    /// <summary>The program <c>docker-credential-NAME</c> for a registry; null when the file itself holds its credential.</summary>
    public string? HelperOf(string domain) =>
        helpers.Where(pair => RegistryNames.AreSame(RegistryNames.HostOf(pair.Key), domain)).Select(pair => pair.Value).FirstOrDefault()
        ?? CredentialStore;

    /// <summary>The file's content with a credential for a server; null: without any for it.</summary>
    /// <param name="utf8">The content before, perhaps empty.</param>
    /// <param name="server">The key, see <see cref="RegistryNames.ServerOf"/>.</param>
    /// <exception cref="FormatException">It is no such file.</exception>
    public static byte[] With(ReadOnlySpan<byte> utf8, string server, RegistryCredential? credential)
    {
        using JsonDocument document = Document(utf8.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8 : utf8);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(
            buffer,
            new JsonWriterOptions
            {
                Indented = true,
                IndentCharacter = '\t',
                IndentSize = 1,
                NewLine = "\n",
            }
        );
        json.WriteStartObject();
        bool isWritten = false;
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            if (member.Name == Auths)
            {
                WriteAuths(json, Members(document.RootElement, Auths), server, credential);
                isWritten = true;
            }
            else
            {
                member.WriteTo(json);
            }
        }
        if (!isWritten && credential is not null)
        {
            WriteAuths(json, [], server, credential);
        }
        json.WriteEndObject();
        json.Flush();
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteAuths(Utf8JsonWriter json, JsonProperty[] entries, string server, RegistryCredential? credential)
    {
        json.WriteStartObject(Auths);
        string host = RegistryNames.HostOf(server);
        foreach (JsonProperty entry in entries)
        {
            if (!IsWholeHost(entry.Name) || !RegistryNames.AreSame(RegistryNames.HostOf(entry.Name), host))
            {
                entry.WriteTo(json);
            }
        }
        if (credential is not null)
        {
            json.WriteStartObject(server);
            if (credential.IdentityToken.Length > 0)
            {
                json.WriteString("auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:")));
                json.WriteString("identitytoken", credential.IdentityToken);
            }
            else
            {
                json.WriteString("auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}")));
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>Whether a key names a registry and not a part of one. A path after a scheme is the API's version.</summary>
    private static bool IsWholeHost(string key) =>
        key.Contains("://", StringComparison.Ordinal) || !key.Contains('/', StringComparison.Ordinal);

    private static RegistryCredential Credential(string server, JsonElement entry)
    {
        string name = Text(entry, "username") ?? "";
        string password = Text(entry, "password") ?? "";
        if (Text(entry, "auth") is { Length: > 0 } auth)
        {
            (name, password) = Decode(server, auth);
        }
        string identity = Text(entry, "identitytoken") ?? "";
        return new RegistryCredential
        {
            Username = name,
            Password = identity.Length > 0 ? "" : password,
            IdentityToken = identity,
            RegistryToken = Text(entry, "registrytoken") ?? "",
        };
    }

    private static (string Name, string Password) Decode(string server, string auth)
    {
        byte[] bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth, bytes, out int length))
        {
            throw new FormatException($"the credential of {server} is no base64");
        }
        string text = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        // Some clients pad the secret with NULs.
        return colon < 0
            ? throw new FormatException($"the credential of {server} is not NAME:PASSWORD in base64")
            : (text[..colon], text[(colon + 1)..].TrimEnd('\0'));
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonProperty[] Members(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject()] : [];

    private static JsonDocument Document(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var document = JsonDocument.Parse(utf8.ToArray());
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }
            document.Dispose();
        }
        catch (JsonException e)
        {
            throw new FormatException($"not a file of credentials: {e.Message}", e);
        }
        throw new FormatException("not a file of credentials: it is no JSON object");
    }
}
