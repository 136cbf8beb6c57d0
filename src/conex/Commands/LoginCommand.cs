using System.Text;
using Conex.Cli.Credentials;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;
using Conex.Linux.Files;
using Conex.Linux.Terminals;
using Conex.Oci.Credentials;

namespace Conex.Cli.Commands;

/// <summary><c>login</c>: keeps a credential that a registry accepts.</summary>
internal static class LoginCommand
{
    private const int LongestPassword = 64 << 10;

    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "login",
            Description = "Authenticate to a registry",
            Usage = "[OPTIONS] [SERVER]",
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Text("username", 'u', "string", "Username")
                    .Text("password", 'p', "string", "Password or Personal Access Token (PAT)")
                    .Flag("password-stdin", "Take the Password or Personal Access Token (PAT) from stdin"),
            Arguments = new ArgumentCount(0, 1),
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var name = options.Text("username") ?? "";
        var password = Password(options, ref name);
        var server = RegistryNames.ServerOf(options.Arguments.Length > 0 ? options.Arguments[0] : null);
        using var client = Engine.Connect(options);
        var answer = client.System.Login(
            new AuthConfig
            {
                Username = name,
                Password = password,
                ServerAddress = server,
            }
        );
        var credential = new RegistryCredential
        {
            Username = name,
            Password = answer.IdentityToken.Length > 0 ? "" : password,
            IdentityToken = answer.IdentityToken,
        };
        if (CredentialFiles.Store(server, credential) is { } file)
            Print.ErrorLine($"WARNING! Your credentials are stored unencrypted in '{file}'.");
        Print.Line(answer.Status);
        return 0;
    }

    private static string Password(Invocation options, ref string name)
    {
        if (options.Flag("password-stdin"))
        {
            if (options.Text("password") is not null)
                throw new CommandException("--password and --password-stdin are mutually exclusive");
            if (name.Length == 0)
                throw new CommandException("Must provide --username with --password-stdin");
            return NotEmpty(
                Encoding.UTF8.GetString(FileIo.ReadToEnd(FileHandle.StandardInput, "standard input", LongestPassword)).TrimEnd('\n', '\r')
            );
        }
        if (options.Text("password") is { Length: > 0 } given && name.Length > 0)
        {
            Print.ErrorLine("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
            return given;
        }
        if (!Terminal.IsTerminal(FileHandle.StandardInput))
            throw new CommandException("Cannot perform an interactive login from a non TTY device");
        if (name.Length == 0)
        {
            name = NotEmpty(Ask("Username: ", hidden: false));
        }
        if (options.Text("password") is { Length: > 0 } password)
            return password;
        return NotEmpty(Ask("Password: ", hidden: true));
    }

    private static string NotEmpty(string text) =>
        text.Length > 0 ? text : throw new CommandException("Error: Username and Password Required");

    /// <summary>Reads a line of the terminal, whose keys are shown or not.</summary>
    private static string Ask(string prompt, bool hidden)
    {
        // First: who is asked may be quick.
        using var settings = hidden ? Terminal.MakeRaw(FileHandle.StandardInput) : null;
        Print.Out(prompt);
        var line = new List<byte>();
        var key = new byte[1];
        while (FileIo.Read(FileHandle.StandardInput, key) > 0 && key[0] is not ((byte)'\r' or (byte)'\n' or 4))
        {
            // In raw mode the terminal neither corrects nor interrupts.
            if (hidden && key[0] == 3)
                throw new CommandException("", 130);
            if (hidden && key[0] is 8 or 127)
                RemoveCharacter(line);
            else
                line.Add(key[0]);
        }
        if (hidden)
            Print.Out("\r\n");
        return Encoding.UTF8.GetString([.. line]);
    }

    private static void RemoveCharacter(List<byte> line)
    {
        // In UTF-8 all bytes of a character but its first begin with the bits 10.
        var start = line.FindLastIndex(one => (one & 0xc0) != 0x80);
        if (start >= 0)
            line.RemoveRange(start, line.Count - start);
    }
}
