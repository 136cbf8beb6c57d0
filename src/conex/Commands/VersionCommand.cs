using System.Buffers;
using System.Text;
using System.Text.Json;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>version</c>: of this program and of the engine.</summary>
internal static class VersionCommand
{
    private const int LabelWidth = 18;
    private const string Platform = "linux/amd64";

    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "version",
            Description = "Show the Conex version information",
            Usage = "[OPTIONS]",
            Section = section,
            Options = static () =>
                new OptionTable()
                    .Flag("client", "Show the version of this program only; no engine is asked")
                    .Text("format", 'f', "string", FormatHelp.One),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        VersionResponse? server = null;
        string? complaint = null;
        if (!options.Flag("client"))
        {
            try
            {
                using var client = Engine.Connect(options);
                server = client.System.Version();
            }
            catch (Exception failure)
                when (failure is EngineUnreachableException or EngineException or DaemonStartException or CommandException)
            {
                complaint = Failures.Sentence(failure);
            }
        }
        Print.Out(options.Text("format") is { Length: > 0 } format ? ObjectFormat.Text(format, Json(server)) : Text(server));
        if (complaint is null)
            return 0;
        Print.ErrorLine(complaint);
        return 1;
    }

    private static string Text(VersionResponse? server)
    {
        var text = new StringBuilder("Client:\n");
        Line(text, 1, "Version", Release.Version);
        Line(text, 1, "API version", Release.ApiVersion);
        Line(text, 1, "Build", Release.Build);
        Line(text, 1, "OS/Arch", Platform);
        if (server is null)
            return text.ToString();

        text.Append($"\nServer: {server.Platform?.Name}".TrimEnd()).Append("\n Engine:\n");
        Line(text, 2, "Version", server.Version);
        Line(text, 2, "API version", $"{server.ApiVersion} (minimum version {server.MinApiVersion})");
        if (server.GitCommit.Length > 0)
            Line(text, 2, "Git commit", server.GitCommit);
        if (server.BuildTime.Length > 0)
            Line(text, 2, "Built", server.BuildTime);
        Line(text, 2, "OS/Arch", $"{server.Os}/{server.Arch}");
        Line(text, 2, "Kernel version", server.KernelVersion);
        foreach (var component in server.Components ?? [])
        {
            if (component.Name == "Engine")
                continue;
            text.Append($" {component.Name}:\n");
            Line(text, 2, "Version", component.Version);
        }
        return text.ToString();
    }

    private static void Line(StringBuilder text, int indent, string label, string value) =>
        text.Append(' ', indent).Append((label + ":").PadRight(LabelWidth + 1 - indent)).Append(' ').Append(value).Append('\n');

    private static byte[] Json(VersionResponse? server)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("Client");
            writer.WriteString("Version", Release.Version);
            writer.WriteString("ApiVersion", Release.ApiVersion);
            writer.WriteString("DefaultAPIVersion", Release.ApiVersion);
            writer.WriteString("GitCommit", Release.Build);
            writer.WriteString("Os", "linux");
            writer.WriteString("Arch", "amd64");
            writer.WriteEndObject();
            writer.WritePropertyName("Server");
            if (server is null)
                writer.WriteNullValue();
            else
                JsonSerializer.Serialize(writer, server, DockerJson.Default.VersionResponse);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
