using System.Text;
using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>system check</c>: whether all that images and containers have on the disk is as it should be.</summary>
internal static class SystemCheckCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "check",
            Description = "Check images, layers and containers on the disk",
            Usage = "[OPTIONS]",
            Options = static () =>
                new OptionTable()
                    .Flag("quick", "Look at sizes alone, and read no content")
                    .Flag("repair", "Write again what can be, and remove what belongs to nothing and images that are not whole"),
            Arguments = ArgumentCount.None,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        SystemCheckResponse report;
        using (var client = Engine.Connect(options))
            report = client.System.Check(options.Flag("repair"), options.Flag("quick"));
        var text = new StringBuilder(
            $"sound: {Count(report.Blobs, "blob")}, {Count(report.Layers, "layer")}, {Count(report.Images, "image")}, {Count(report.Containers, "container")}\n"
        );
        var open = 0;
        foreach (var finding in report.Findings)
        {
            text.Append($"{(finding.Repaired ? "repaired" : "found")}: {finding.Problem}; {finding.Help}\n");
            open += finding.Repaired ? 0 : 1;
        }
        Print.Out(text.ToString());
        return open == 0 ? 0 : 1;
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
