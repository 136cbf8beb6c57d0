using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Images.Tests.Fixtures;

/// <summary>A tar with its index, mounted where nobody sees it.</summary>
public sealed class IndexedLayer : IDisposable
{
    private static readonly Digest Tag = Digest.Parse($"sha256:{new string('a', 64)}");
    private readonly ScratchDirectory scratch = new();
    private readonly MountHandle mount;

    public IndexedLayer(byte[] tar)
        : this(path => File.WriteAllBytes(path, tar)) { }

    /// <param name="write">Writes the tar to a path.</param>
    public IndexedLayer(Action<string> write)
    {
        try
        {
            write(Tar);
            using (FileStream source = File.OpenRead(Tar))
            using (FileStream index = File.Create(Index))
            {
                LayerIndex.Write(source, Tag, index);
            }
            using FileHandle indexFile = PathAt.Open(Index, OpenMode.Read);
            using FileHandle tarFile = PathAt.Open(Tar, OpenMode.Read);
            mount = LayerIndex.TryMount(indexFile, tarFile, out Errno error) ?? throw new KernelException("mount", Index, error);
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    public string Tar => scratch["layer.tar"];

    public string Index => scratch["layer.erofs"];

    public FileHandle Root => mount;

    public string this[string relative] => $"/proc/self/fd/{mount.Descriptor}/{relative}";

    /// <summary>Skips where layers cannot be mounted.</summary>
    public static void Need()
    {
        ScratchDirectory.NeedRoot();
        using var scratch = new ScratchDirectory();
        using DirectoryHandle place = PathAt.OpenDirectory(scratch.Path);
        var trial = LayerTrial.Run(place, new LayerPlaces(scratch["mounts"]));
        Assert.SkipUnless(trial.Best != LayerStorage.Unpacked, $"needs a kernel that mounts EROFS from files: {trial.Obstacle}");
    }

    public void AssertClean() => ErofsTool.Check(Index, Tar);

    public void Dispose()
    {
        mount.Dispose();
        scratch.Dispose();
    }
}
