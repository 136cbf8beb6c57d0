using System.Globalization;
using Conex.Images.Tar;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Tries in the data directory itself what the kernel, its file system and this process's rights allow: versions tell too little.</summary>
public sealed record LayerTrial
{
    private const string FileName = "trial";
    private static readonly byte[] Content = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    private LayerTrial() { }

    internal static LayerTrial None { get; } = new();

    /// <summary>Whether a layer can be mounted by its index.</summary>
    public bool CanMount { get; private init; }

    /// <summary>Whether overlayfs takes a mount without a place by its descriptor. Before it must be attached somewhere.</summary>
    public bool TakesDescriptors { get; private init; }

    /// <summary>What stood in the way; empty when everything works.</summary>
    public string Obstacle { get; private init; } = "";

    /// <summary>Makes a small layer in an empty directory, mounts it, and reads it back.</summary>
    internal static LayerTrial Run(DirectoryHandle directory)
    {
        try
        {
            using FileStream tar = Create(directory, "layer.tar");
            var writer = new TarWriter(tar);
            writer.Add(
                new TarEntry
                {
                    Type = TarEntryType.File,
                    Path = "trial"u8.ToArray(),
                    Size = Content.Length,
                    Mode = 0x100,
                },
                Content
            );
            writer.Finish();
            tar.Flush();
            using FileStream index = Create(directory, "layer.erofs");
            LayerIndex.Write(tar, Digest.Parse($"{Digest.Sha256}:{new string('0', 64)}"), index);
            index.Flush();
            using FileHandle indexFile = PathAt.Open(directory, "layer.erofs", OpenMode.Read);
            using FileHandle tarFile = PathAt.Open(directory, "layer.tar", OpenMode.Read);
            using MountHandle? mount = LayerIndex.TryMount(indexFile, tarFile, out Errno error);
            if (mount is null)
            {
                return new LayerTrial { Obstacle = $"mount a layer by its index: {KernelException.Explain(error)}" };
            }
            if (!Reads(mount))
            {
                return new LayerTrial { Obstacle = "a layer mounted by its index has other content" };
            }
            return OverlayTakes(mount, directory)
                ? new LayerTrial { CanMount = true, TakesDescriptors = true }
                : new LayerTrial { CanMount = true, Obstacle = "overlayfs takes no mount that is attached nowhere" };
        }
        catch (Exception e) when (e is KernelException or IOException or UnauthorizedAccessException)
        {
            return new LayerTrial { Obstacle = e.Message };
        }
    }

    private static bool OverlayTakes(MountHandle lower, DirectoryHandle directory)
    {
        PathAt.MakeDirectory(directory, "upper", 0x1C0);
        PathAt.MakeDirectory(directory, "work", 0x1C0);
        using DirectoryHandle upper = PathAt.OpenDirectory(directory, "upper");
        using DirectoryHandle work = PathAt.OpenDirectory(directory, "work");
        using MountHandle? overlay = DetachedMount.TryMake(
            "overlay",
            [
                new FileSystemOption("lowerdir+", Descriptor: lower),
                new FileSystemOption("upperdir", Path(upper)),
                new FileSystemOption("workdir", Path(work)),
            ],
            MountAttributes.None,
            out _
        );
        return overlay is not null && Reads(overlay);
    }

    private static bool Reads(MountHandle mount)
    {
        try
        {
            return FileIo.ReadAll(mount, FileName).AsSpan().SequenceEqual(Content);
        }
        catch (KernelException)
        {
            return false;
        }
    }

    private static string Path(FileHandle directory) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{directory.Descriptor}");

    private static FileStream Create(DirectoryHandle directory, string name) =>
        new($"{Path(directory)}/{name}", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
}
