using Conex.Cli.Daemon;
using Conex.Cli.Output;
using Conex.CommandLine;

namespace Conex.Cli.Commands;

/// <summary><c>image unmount</c>: takes the mounts of images away from the host.</summary>
internal static class ImageUnmountCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "unmount",
            Aliases = ["umount"],
            Description = "Unmount images that are mounted on the host",
            Usage = "[OPTIONS] IMAGE [IMAGE...]",
            Options = static () =>
                new OptionTable()
                    .Flag("all", 'a', "Unmount all images that are mounted")
                    .Flag("force", 'f', "Unmount images even if a process uses their files"),
            Completes = CompletionSource.Images,
            CompletesAll = true,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var all = options.Flag("all");
        if (all == options.Arguments.Length > 0)
            throw new CommandException(all ? "--all and names of images are mutually exclusive" : "give the name of an image, or --all");
        using var client = Engine.Connect(options);
        string[] names = all ? [.. client.Images.Mounts().Select(static mount => mount.Id)] : options.Arguments;
        return EachTarget.Run(names, name => client.Images.Unmount(name, options.Flag("force")));
    }
}
