using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Images.Layers;

/// <summary>Where layers are mounted for an overlayfs that takes no mount without a place (before Linux 6.15): DATA/layers/mounts/&lt;diff ID&gt;, which
/// root alone can enter. They are there while the store is open; containers keep what they have.</summary>
/// <param name="path">The directory, absolute.</param>
internal sealed class LayerPlaces(string path)
{
    private const uint Private = 0x1C0; // 0700

    /// <summary>Takes away what an interrupted process left.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    internal void Clear()
    {
        using DirectoryHandle? places = PathAt.TryOpenDirectory(path);
        if (places is null)
        {
            return;
        }
        foreach (DirectoryEntry entry in DirectoryEntries.Read(places))
        {
            Detach($"{path}/{entry.Text}");
        }
    }

    /// <summary>Gives a mount its place.</summary>
    /// <returns>The layer's root.</returns>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    internal string Attach(Digest diffId, MountHandle mount)
    {
        string place = $"{path}/{diffId.Hex}";
        PathAt.TryMakeDirectory(PathAt.Current, path, Private);
        PathAt.TryMakeDirectory(PathAt.Current, place, Private);
        mount.Attach(place);
        return place;
    }

    /// <summary>Takes a mount away, whoever uses it.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    internal static void Detach(string place)
    {
        Errno error = Unmount.Detach(place);
        if (error is not (Errno.None or Errno.EINVAL))
        {
            throw new KernelException("unmount", place, error);
        }
        PathAt.RemoveDirectory(PathAt.Current, place);
    }
}
