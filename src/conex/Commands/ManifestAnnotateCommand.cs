using Conex.Cli.Manifests;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.Oci.ImageSpec;

namespace Conex.Cli.Commands;

/// <summary><c>manifest annotate</c>: says what an image of a list runs on.</summary>
internal static class ManifestAnnotateCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "annotate",
            Description = "Add additional information to a local image manifest",
            Usage = "[OPTIONS] MANIFEST_LIST MANIFEST",
            Options = static () =>
                new OptionTable()
                    .Text("arch", "string", "Set architecture")
                    .Text("os", "string", "Set operating system")
                    .List("os-features", "strings", "Set operating system feature")
                    .Text("os-version", "string", "Set operating system version")
                    .Text("variant", "string", "Set architecture variant"),
            Arguments = ArgumentCount.Exactly(2),
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var list = RemoteManifests.Parse(options.Arguments[0]);
        var name = RemoteManifests.Parse(options.Arguments[1]);
        var entry =
            ManifestLists.TryRead(list, name)
            ?? throw new CommandException($"manifest for image {name.Familiar} does not exist in {list.Familiar}");
        var before = entry.Descriptor.Platform ?? new ImagePlatform();
        var features = options.List("os-features").SelectMany(static text => text.Split(',')).ToArray();
        var platform = before with
        {
            Architecture = options.Text("arch") ?? before.Architecture,
            Os = options.Text("os") ?? before.Os,
            OsVersion = options.Text("os-version") ?? before.OsVersion,
            OsFeatures = features.Length > 0 ? [.. (before.OsFeatures ?? []).Union(features)] : before.OsFeatures,
            Variant = options.Text("variant") ?? before.Variant,
        };
        if (platform.Os.Length == 0 || platform.Architecture.Length == 0)
            throw new CommandException(
                $"manifest entry for image has unsupported os/arch combination: {platform.Os}/{platform.Architecture}"
            );
        ManifestLists.Write(list, entry with { Descriptor = entry.Descriptor with { Platform = platform } });
        return 0;
    }
}
