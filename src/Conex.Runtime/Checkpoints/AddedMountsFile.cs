using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci.Json;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.State;

namespace Conex.Runtime.Checkpoints;

/// <summary><c>mounts.json</c> beside the images: what <c>mounts add</c> added and no configuration knows. There is none in images without.</summary>
internal static class AddedMountsFile
{
    private const string Name = "mounts.json";
    private const int LongestFile = 16 << 20;

    /// <summary>Writes the file, or removes that of an earlier checkpoint.</summary>
    /// <exception cref="KernelException">The directory cannot be written.</exception>
    internal static void Write(string images, IReadOnlyList<AddedMount> mounts)
    {
        if (mounts.Count == 0)
        {
            PathAt.Unlink(PathAt.Current, $"{images}/{Name}");
            return;
        }
        AtomicFile.Write($"{images}/{Name}", JsonWriter.Document(mounts));
    }

    /// <exception cref="CheckpointException">The file is damaged.</exception>
    internal static IReadOnlyList<AddedMount> Read(string images)
    {
        using FileHandle? file = PathAt.TryOpen(PathAt.Current, $"{images}/{Name}", OpenMode.Read, out _);
        try
        {
            return file is null ? [] : JsonReader.DocumentList<AddedMount>(FileIo.ReadToEnd(file, Name, LongestFile));
        }
        catch (FormatException e)
        {
            throw new CheckpointException($"{images}/{Name}: {e.Message}");
        }
    }

    /// <summary>The configuration as if the mounts had been in it; criu itself writes down what a file system was made with.</summary>
    internal static RuntimeSpec AddTo(RuntimeSpec spec, IReadOnlyList<AddedMount> mounts) =>
        mounts.Count == 0
            ? spec
            : spec with
            {
                Mounts =
                [
                    .. spec.Mounts ?? [],
                    .. mounts.Select(m => new Mount
                    {
                        Destination = m.Path,
                        Type = m.Source is null ? "none" : "bind",
                        Source = m.Source,
                    }),
                ],
            };

    /// <summary>The mounts by the numbers that they have in a restored container, so that <c>mounts remove</c> takes them. What its processes
    /// removed before is not there.</summary>
    internal static IReadOnlyList<AddedMount> Renumber(IReadOnlyList<AddedMount> mounts, int pid)
    {
        using DirectoryHandle root = PathAt.OpenDirectory($"/proc/{pid}/root");
        List<AddedMount> found = [];
        foreach (AddedMount mount in mounts)
        {
            using FileHandle? point = PathAt.TryOpenResolved(
                root,
                mount.Path,
                OpenMode.Path,
                ResolveRules.InRoot | ResolveRules.NoMagicLinks,
                out _
            );
            if (point is not null)
            {
                found.Add(mount with { Id = MountId.Of(point) });
            }
        }
        return found;
    }
}
