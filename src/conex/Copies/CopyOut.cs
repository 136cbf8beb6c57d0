using System.Text;
using Conex.Cli.Output;
using Conex.DockerApi.Client;
using Conex.Images.Tar;
using Conex.Images.Trees;
using Conex.Linux.Files;

namespace Conex.Cli.Copies;

/// <summary>From a container to the local file system, or as a tar to standard output.</summary>
internal static class CopyOut
{
    /// <param name="keepsOwners">Whether owners are copied; else everything belongs to the user of this process.</param>
    /// <returns>Bytes of the archive; null: it went to standard output.</returns>
    /// <exception cref="CommandException">The source does not fit the destination, or the archive is broken.</exception>
    internal static long? Run(EngineClient client, string container, string source, string destination, bool followLink, bool keepsOwners)
    {
        var path = followLink ? Followed(client, container, source) : source;
        if (destination == "-")
        {
            using var tar = client.CopyOut(container, path, out _);
            ArchiveOutput.Write(tar, null);
            return null;
        }
        var target = LocalDestination.Look(destination);
        using var response = client.CopyOut(container, path, out var stat);
        // The archive's names begin with the path's last component; a followed link keeps its own name.
        var archived = PathText.Split(path).Name;
        var name = path == source ? archived : PathText.Split(source).Name;
        var place = Placement.Of(name is "/" ? "." : name, stat.IsDirectory, target.Path, target.IsDirectory);
        using var directory = PathAt.OpenDirectory(place.Directory);
        var rules = new ExtractionRules { KeepsOwners = keepsOwners, Renames = entry => Renamed(entry, archived, place.Name) };
        var body = new ResponseStream(response);
        try
        {
            var reader = new TarReader(body);
            TreeExtractor.Extract(reader, directory, [], rules);
            reader.Drain();
        }
        catch (Exception wrong) when (wrong is TarException or TreeException)
        {
            throw new CommandException(wrong.Message);
        }
        return body.Count;
    }

    /// <summary>Where a symbolic link at the path leads; the path itself when it is none.</summary>
    private static string Followed(EngineClient client, string container, string path)
    {
        if (client.TryStat(container, path) is not { IsSymbolicLink: true } stat)
            return path;
        return PathText.Join(path, stat.LinkTarget);
    }

    /// <summary>An entry's path with another first component.</summary>
    private static byte[] Renamed(byte[] path, string from, string to)
    {
        var old = from == "/" ? [] : Encoding.UTF8.GetBytes(from);
        var rest = path.AsSpan();
        if (!rest.StartsWith(old) || (rest.Length > old.Length && rest[old.Length] != '/'))
            return path;
        return [.. Encoding.UTF8.GetBytes(to), .. rest[old.Length..]];
    }
}
