using System.Buffers;
using System.Text;
using System.Text.Json;
using Conex.Cli.Output;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.Credentials;

namespace Conex.Cli.Credentials;

/// <summary>The programs <c>docker-credential-NAME</c>: one word as argument, a document on standard input, an answer on standard output.</summary>
internal static class CredentialProgram
{
    private const int LongestAnswer = 1 << 20;

    /// <summary>The user name that says that the secret is a token.</summary>
    private const string TokenUser = "<token>";

    /// <summary>The credential of a server; null when the program has none.</summary>
    /// <exception cref="CommandException">The program is missing or fails.</exception>
    internal static RegistryCredential? Get(string name, string server)
    {
        var (code, output) = Run(name, "get", Encoding.UTF8.GetBytes(server));
        if (code != 0)
            return IsNotFound(output) ? null : throw Failed(name, "get", output);
        try
        {
            using var document = JsonDocument.Parse(output);
            var user = document.RootElement.GetProperty("Username").GetString() ?? "";
            var secret = document.RootElement.GetProperty("Secret").GetString() ?? "";
            return user == TokenUser
                ? new RegistryCredential { IdentityToken = secret }
                : new RegistryCredential { Username = user, Password = secret };
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CommandException($"docker-credential-{name} get answers with something else than a credential");
        }
    }

    internal static void Store(string name, string server, RegistryCredential credential)
    {
        var isToken = credential.IdentityToken.Length > 0;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ServerURL", server);
            json.WriteString("Username", isToken ? TokenUser : credential.Username);
            json.WriteString("Secret", isToken ? credential.IdentityToken : credential.Password);
            json.WriteEndObject();
        }
        var (code, output) = Run(name, "store", buffer.WrittenSpan.ToArray());
        if (code != 0)
            throw Failed(name, "store", output);
    }

    /// <returns>Whether there was one.</returns>
    internal static bool Erase(string name, string server)
    {
        var (code, output) = Run(name, "erase", Encoding.UTF8.GetBytes(server));
        return code == 0 || (IsNotFound(output) ? false : throw Failed(name, "erase", output));
    }

    private static bool IsNotFound(byte[] output) =>
        Encoding.UTF8.GetString(output).Contains("credentials not found", StringComparison.OrdinalIgnoreCase);

    private static CommandException Failed(string name, string verb, byte[] output) =>
        new($"docker-credential-{name} {verb} failed: {Encoding.UTF8.GetString(output).Trim()}");

    private static (int Code, byte[] Output) Run(string name, string verb, byte[] input)
    {
        var path = Locate($"docker-credential-{name}");
        var (ourOutput, theirOutput) = FileIo.Pipe();
        var (theirInput, ourInput) = FileIo.Pipe();
        ChildProcess child;
        using (theirInput)
        using (theirOutput)
        {
            child = ChildProcess.Spawn(path, [path, verb], null, [theirInput, theirOutput, null]);
        }
        using (ourInput)
        {
            // A pipe holds more than a credential: nobody waits for the other.
            _ = FileIo.TryWrite(ourInput, input, out _);
        }
        byte[] output;
        using (ourOutput)
        {
            output = FileIo.ReadToEnd(ourOutput, path, LongestAnswer);
        }
        return (child.Wait().ShellCode, output);
    }

    private static string Locate(string program)
    {
        foreach (var directory in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':'))
        {
            var path = $"{directory}/{program}";
            if (directory.Length > 0 && PathAt.Status(path) is { Kind: FileKind.Regular })
                return path;
        }
        throw new CommandException($"{program} keeps the credentials, but there is no such program in PATH");
    }
}
