using System.Globalization;
using System.Text;
using System.Text.Json;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>info</c>: the engine and its host.</summary>
internal static class InfoCommand
{
    internal static Command Describe(string section = "Commands") =>
        new()
        {
            Name = "info",
            Description = "Display system-wide information",
            Usage = "[OPTIONS]",
            Paths = ["system info", "info"],
            Section = section,
            Options = static () => new OptionTable().Text("format", 'f', "string", FormatHelp.One),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var format = options.Text("format");
        var client = $"Client:\n Version:    {Release.Version}\n\nServer:\n";
        try
        {
            using var engine = Engine.Connect(options);
            var json = engine.System.InfoJson();
            if (!string.IsNullOrEmpty(format))
            {
                Print.Out(ObjectFormat.Text(format, json));
                return 0;
            }
            var info = JsonSerializer.Deserialize(json, DockerJson.Default.InfoResponse) ?? new InfoResponse();
            Print.Out(client + Text(info));
            foreach (var warning in info.Warnings ?? [])
                Print.ErrorLine(warning);
            return 0;
        }
        catch (Exception failure) when (failure is EngineUnreachableException or DaemonStartException && string.IsNullOrEmpty(format))
        {
            Print.Out(client);
            Print.ErrorLine(failure.Message);
            return 1;
        }
    }

    private static string Text(InfoResponse info)
    {
        var text = new StringBuilder();
        Line(text, "Containers", info.Containers);
        Line(text, " Running", info.ContainersRunning);
        Line(text, " Paused", info.ContainersPaused);
        Line(text, " Stopped", info.ContainersStopped);
        Line(text, "Images", info.Images);
        Line(text, "Server Version", info.ServerVersion);
        Line(text, "Storage Driver", info.Driver);
        foreach (var pair in info.DriverStatus)
            Line(text, " " + (pair.Length > 0 ? pair[0] : ""), pair.Length > 1 ? pair[1] : "");
        Line(text, "Logging Driver", info.LoggingDriver);
        Line(text, "Cgroup Driver", info.CgroupDriver);
        Line(text, "Cgroup Version", info.CgroupVersion);
        text.Append(" Plugins:\n");
        Line(text, " Volume", string.Join(' ', info.Plugins.Volume));
        Line(text, " Network", string.Join(' ', info.Plugins.Network));
        Line(text, " Log", string.Join(' ', info.Plugins.Log));
        Line(text, "Swarm", info.Swarm.LocalNodeState);
        Line(text, "Runtimes", string.Join(' ', info.Runtimes.Keys));
        Line(text, "Default Runtime", info.DefaultRuntime);
        text.Append(" Security Options:\n");
        foreach (var option in info.SecurityOptions)
            AppendSecurityOption(text, option);
        Line(text, "Kernel Version", info.KernelVersion);
        Line(text, "Operating System", info.OperatingSystem);
        Line(text, "OSType", info.OsType);
        Line(text, "Architecture", info.Architecture);
        Line(text, "CPUs", info.Cpus);
        Line(text, "Total Memory", SizeText.Binary(info.MemTotal));
        Line(text, "Name", info.Name);
        Line(text, "ID", info.Id);
        Line(text, "Docker Root Dir", info.DockerRootDir);
        Line(text, "Debug Mode", info.Debug ? "true" : "false");
        return text.ToString();
    }

    /// <summary><c>name=seccomp,profile=builtin</c> becomes a line and an indented one.</summary>
    private static void AppendSecurityOption(StringBuilder text, string option)
    {
        foreach (var part in option.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || part.StartsWith("name=", StringComparison.Ordinal))
                text.Append("  ").Append(part.AsSpan(equals + 1)).Append('\n');
            else
                text.Append($"   {char.ToUpperInvariant(part[0])}{part.AsSpan(1, equals - 1)}: {part.AsSpan(equals + 1)}\n");
        }
    }

    private static void Line(StringBuilder text, string label, string value)
    {
        if (value.Length > 0)
            text.Append($" {label}: {value}\n");
    }

    private static void Line(StringBuilder text, string label, int value) =>
        Line(text, label, value.ToString(CultureInfo.InvariantCulture));
}
