using Conex.Cli.Credentials;
using Conex.Cli.Daemon;
using Conex.Cli.Manifests;
using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Cli.Commands;

/// <summary><c>manifest push</c>: a list that <c>manifest create</c> made, to the registry of its images.</summary>
internal static class ManifestPushCommand
{
    internal static Command Describe() =>
        new()
        {
            Name = "push",
            Description = "Push a manifest list to a repository",
            Usage = "[OPTIONS] MANIFEST_LIST",
            Options = static () =>
                new OptionTable()
                    .Flag("insecure", "Allow push to an insecure registry")
                    .Flag("purge", 'p', "Remove the local manifest list after push"),
            Arguments = ArgumentCount.Exactly(1),
            Run = Run,
        };

    /// <summary>The list as a registry gets it: of docker's type where its first image is of docker's type.</summary>
    internal static ImageIndex Index(IReadOnlyList<ManifestEntry> entries) =>
        new()
        {
            SchemaVersion = 2,
            MediaType = entries is [{ Descriptor.MediaType: MediaType.DockerManifest }, ..]
                ? MediaType.DockerManifestList
                : MediaType.OciIndex,
            Manifests = [.. entries.Select(static entry => entry.Descriptor)],
        };

    private static int Run(Invocation options)
    {
        var list = RemoteManifests.Parse(options.Arguments[0]);
        var entries = ManifestLists.TryRead(list);
        if (entries is null or [])
            throw new CommandException($"{list.Familiar} not found");
        foreach (var entry in entries)
        {
            if (entry.Reference.Domain != list.Domain)
                throw new CommandException(
                    $"cannot use source images from a different registry than the target image: {entry.Reference.Domain} != {list.Domain}"
                );
            if (entry.Descriptor.Platform is not { Os.Length: > 0, Architecture.Length: > 0 })
                throw new CommandException(
                    $"manifest {entry.Reference.Familiar} must have an OS and Architecture to be pushed to a registry"
                );
        }
        using var client = Engine.Connect(options);
        var digest = client.Images.PushIndex(
            list.ToString(),
            Index(entries).ToUtf8Json(),
            [.. entries.Select(static entry => (entry.Descriptor.Digest.ToString(), entry.Reference.Name))],
            options.Flag("insecure"),
            CredentialFiles.For(list.ToString())
        );
        Print.Line(digest);
        if (options.Flag("purge"))
            ManifestLists.Remove(list);
        return 0;
    }
}
