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

    /// <summary>The best that works; never <see cref="LayerStorage.Automatic"/>.</summary>
    public LayerStorage Best { get; private init; } = LayerStorage.Unpacked;

    /// <summary>Whether overlayfs takes layers one by one, since Linux 6.7. Before it takes all in one option.</summary>
    public bool TakesLayersOneByOne { get; private init; }

    /// <summary>What stood in the way; empty when everything works.</summary>
    public string Obstacle { get; private init; } = "";

    /// <summary>Makes a small layer in an empty directory, mounts it, and reads it back.</summary>
    /// <param name="places">Where a mount gets a place.</param>
    internal static LayerTrial Run(DirectoryHandle directory, LayerPlaces places)
    {
        (LayerStorage best, string obstacle) = TryOrTell(directory, places);
        return new LayerTrial
        {
            Best = best,
            Obstacle = obstacle,
            // What is mounted was put into an overlay so.
            TakesLayersOneByOne = best != LayerStorage.Unpacked || !IsUnknown(directory),
        };
    }

    private static (LayerStorage Best, string Obstacle) TryOrTell(DirectoryHandle directory, LayerPlaces places)
    {
        try
        {
            return Try(directory, places);
        }
        catch (Exception e) when (e is KernelException or IOException or UnauthorizedAccessException)
        {
            return (LayerStorage.Unpacked, e.Message);
        }
    }

    private static (LayerStorage Best, string Obstacle) Try(DirectoryHandle directory, LayerPlaces places)
    {
        Digest diffId = Digest.Parse($"{Digest.Sha256}:{new string('0', 64)}");
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
        LayerIndex.Write(tar, diffId, index);
        index.Flush();
        using FileHandle indexFile = PathAt.Open(directory, "layer.erofs", OpenMode.Read);
        using FileHandle tarFile = PathAt.Open(directory, "layer.tar", OpenMode.Read);
        bool isLooped = false;
        MountHandle? made = LayerIndex.TryMount(indexFile, tarFile, out Errno error);
        if (made is null && error == Errno.ENOTBLK)
        {
            isLooped = true;
            made = LayerIndex.TryMountLooped(indexFile, tarFile, out error);
        }
        using MountHandle? mount = made;
        if (mount is null)
        {
            return (LayerStorage.Unpacked, $"mount a layer by its index: {KernelException.Explain(error)}");
        }
        if (!Reads(mount))
        {
            return (LayerStorage.Unpacked, "a layer mounted by its index has other content");
        }
        if (!isLooped && OverlayTakes(new FileSystemOption("lowerdir+", Descriptor: mount), directory))
        {
            return (LayerStorage.Mounted, "");
        }
        string place = places.Attach(diffId, mount);
        try
        {
            return OverlayTakes(new FileSystemOption("lowerdir+", place), directory)
                ? (isLooped ? LayerStorage.Looped : LayerStorage.Attached, "")
                : (LayerStorage.Unpacked, "overlayfs takes no layer that is mounted by its index");
        }
        finally
        {
            LayerPlaces.Detach(place);
        }
    }

    private static bool OverlayTakes(FileSystemOption lower, DirectoryHandle directory)
    {
        using MountHandle? overlay = Overlay(lower, directory, out _);
        return overlay is not null && Reads(overlay);
    }

    private static bool IsUnknown(DirectoryHandle directory)
    {
        PathAt.MakeDirectory(directory, "lower", 0x1C0);
        using DirectoryHandle lower = PathAt.OpenDirectory(directory, "lower");
        using MountHandle? overlay = Overlay(new FileSystemOption("lowerdir+", Path(lower)), directory, out Errno error);
        return error == Errno.EINVAL;
    }

    private static MountHandle? Overlay(FileSystemOption lower, DirectoryHandle directory, out Errno error)
    {
        PathAt.TryMakeDirectory(directory, "upper", 0x1C0);
        PathAt.TryMakeDirectory(directory, "work", 0x1C0);
        using DirectoryHandle upper = PathAt.OpenDirectory(directory, "upper");
        using DirectoryHandle work = PathAt.OpenDirectory(directory, "work");
        return DetachedMount.TryMake(
            "overlay",
            [lower, new FileSystemOption("upperdir", Path(upper)), new FileSystemOption("workdir", Path(work))],
            MountAttributes.None,
            out error
        );
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
