using System.Text;
using Conex.Cli.Daemon;
using Conex.Cli.Manifests;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Cli.Commands;

/// <summary><c>manifest inspect</c>: a manifest or a list, of this machine or of a registry.</summary>
internal static class ManifestInspectCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "inspect",
            Description = "Display an image manifest, or manifest list",
            Usage = "[OPTIONS] [MANIFEST_LIST] MANIFEST",
            Options = static () =>
                new OptionTable()
                    .Flag("insecure", "Allow communication with an insecure registry")
                    .Flag("verbose", 'v', "Output additional info including layers and platform"),
            Arguments = new ArgumentCount(1, 2),
            Completes = CompletionSource.Images,
            Run = Run,
        };

    private static int Run(Invocation options)
    {
        var verbose = options.Flag("verbose");
        var name = RemoteManifests.Parse(options.Arguments[^1]);
        if (options.Arguments is [var listName, _])
        {
            var list = RemoteManifests.Parse(listName);
            var entry =
                ManifestLists.TryRead(list, name)
                ?? throw new CommandException($"manifest for image {name.Familiar} does not exist in {list.Familiar}");
            Show(verbose ? entry.ToUtf8Json() : entry.Raw);
        }
        else if (ManifestLists.TryRead(name) is { } entries)
        {
            Show(verbose ? Joined(entries) : ManifestPushCommand.Index(entries).ToUtf8Json());
        }
        else
        {
            using var client = Engine.Connect(options);
            Show(Remote(client, name, verbose, options.Flag("insecure")));
        }
        return 0;
    }

    private static byte[] Remote(EngineClient client, ImageReference name, bool verbose, bool insecure)
    {
        var manifest = RemoteManifests.Read(client, name, insecure);
        if (!verbose)
            return manifest.Bytes;
        if (MediaType.KindOf(manifest.MediaType) != MediaKind.Index)
            return RemoteManifests.ReadImage(client, name, insecure).ToUtf8Json();
        return Joined([
            .. ImageIndex
                .Parse(manifest.Bytes)
                .Manifests.Select(one => RemoteManifests.ReadImage(client, name.WithDigest(one.Digest), insecure, one.Platform)),
        ]);
    }

    private static byte[] Joined(IReadOnlyList<ManifestEntry> entries) =>
        Encoding.UTF8.GetBytes($"[{string.Join(',', entries.Select(static entry => Encoding.UTF8.GetString(entry.ToUtf8Json())))}]");

    private static void Show(byte[] json) => Print.Line(Encoding.UTF8.GetString(JsonText.Indented(json)));
}
