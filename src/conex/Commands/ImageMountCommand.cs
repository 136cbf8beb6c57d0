using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Commands;

/// <summary><c>image mount</c>: an image's files at a path of the host, read-only.</summary>
internal static class ImageMountCommand
{
    private static readonly string[] Columns = ["Name", "Path"];

    private static readonly (string, string)[] Headings = [("Name", "IMAGE"), ("ID", "IMAGE ID"), ("Path", "PATH")];

    internal static Command Describe() =>
        new()
        {
            Name = "mount",
            Description = "Mount images read-only on the host, or list those that are mounted",
            Usage = "[OPTIONS] [IMAGE...]",
            Options = static () => new OptionTable().Flag("all", 'a', "Mount all images").Text("format", "string", FormatHelp.Table),
            Completes = CompletionSource.Images,
            CompletesAll = true,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var all = options.Flag("all");
        if (all && options.Arguments.Length > 0)
            throw new CommandException("--all and names of images are mutually exclusive");
        using var client = Engine.Connect(options);
        var names = all ? [.. client.Images.List(all: true).Select(static image => image.Id)] : options.Arguments;
        if (names.Length == 0 && !all)
        {
            var listing = new Listing(Headings);
            foreach (var mount in client.Images.Mounts())
                listing.Add(NameOf(mount), ShortId.Of(mount.Id, false), mount.Path);
            Print.Out(listing.Text(options.Text("format"), Columns));
            return 0;
        }
        return EachTarget.RunAndPrint(
            names,
            name =>
            {
                var mount = client.Images.Mount(name);
                return names.Length == 1 && !all ? mount.Path : $"{NameOf(mount)} {mount.Path}";
            }
        );
    }

    private static string NameOf(ImageMount mount) => mount.Names.Length > 0 ? mount.Names[0] : ShortId.Of(mount.Id, false);
}
