using System.Text;
using Conex.Cli.Output;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Files;

namespace Conex.Cli.Copies;

/// <summary>From the local file system, or a tar of standard input, to a container.</summary>
internal static class CopyIn
{
    private const uint Types = ContainerPathStat.ModeDevice | ContainerPathStat.ModeFifo | ContainerPathStat.ModeSocket;

    /// <param name="ownedByContainer">Whether the copy belongs to the container's user; else owners are copied.</param>
    /// <returns>Bytes of the archive.</returns>
    /// <exception cref="CommandException">The source does not fit the destination.</exception>
    internal static long Run(
        EngineClient client,
        string container,
        string source,
        string destination,
        bool followLink,
        bool ownedByContainer
    )
    {
        var target = destination;
        var stat = client.TryStat(container, target);
        if (stat is { IsSymbolicLink: true })
        {
            target = PathText.Join(target, stat.LinkTarget);
            stat = client.TryStat(container, target);
        }
        // Nothing is there: if that is so because there is no such container, the engine says it.
        if (stat is null)
            _ = client.Containers.InspectJson(container);
        if (((stat?.Mode ?? 0) & Types) != 0)
            throw new CommandException($"destination \"{container}:{destination}\" must be a directory or a regular file: got a device");
        if (source == "-")
        {
            if (stat is not { IsDirectory: true })
                throw new CommandException($"destination \"{container}:{destination}\" must be a directory");
            return Send(client, container, target, ownedByContainer, Pour);
        }
        using var local = LocalSource.Open(source, followLink);
        var place = Placement.Of(local.Name, local.IsDirectory, target, stat?.IsDirectory);
        return Send(
            client,
            container,
            place.Directory,
            ownedByContainer,
            body =>
            {
                var tar = new TarWriter(body);
                using var archive = new TreeArchive(tar, TreeForm.Plain, enters: static _ => true);
                local.Archive(archive, Encoding.UTF8.GetBytes(place.Name));
                tar.Finish();
            }
        );
    }

    private static long Send(EngineClient client, string container, string directory, bool ownedByContainer, Action<Stream> write)
    {
        CountedStream? counted = null;
        client.CopyIn(container, directory, body => write(counted = new CountedStream(body)), ownedByContainer);
        return counted?.Count ?? 0;
    }

    private static void Pour(Stream body)
    {
        var buffer = new byte[64 * 1024];
        int n;
        while ((n = FileIo.Read(FileHandle.StandardInput, buffer)) > 0)
            body.Write(buffer, 0, n);
    }
}
