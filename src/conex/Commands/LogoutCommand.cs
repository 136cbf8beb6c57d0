using Conex.Cli.Credentials;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.Oci.Credentials;

namespace Conex.Cli.Commands;

/// <summary><c>logout</c>: forgets a registry's credential.</summary>
internal static class LogoutCommand
{
    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "logout",
            Description = "Log out from a registry",
            Usage = "[SERVER]",
            Section = section,
            Arguments = new ArgumentCount(0, 1),
            Run = static options =>
            {
                var server = RegistryNames.ServerOf(options.Arguments.Length > 0 ? options.Arguments[0] : null);
                Print.Line(CredentialFiles.Remove(server) ? $"Removing login credentials for {server}" : $"Not logged in to {server}");
                return 0;
            },
        };
}
