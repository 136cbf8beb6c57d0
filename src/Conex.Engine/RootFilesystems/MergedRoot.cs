using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;

namespace Conex.Engine.RootFilesystems;

/// <summary>The files of layers as a container sees them, by an overlay that no mount table has.</summary>
internal static class MergedRoot
{
    private const MountAttributes ReadOnly = MountAttributes.ReadOnly | MountAttributes.NoDev | MountAttributes.NoSuid;

    /// <summary>The same choices as the runtime's: a container's tree must not depend on how the kernel was built.</summary>
    private static readonly FileSystemOption[] Defaults =
    [
        new("redirect_dir", "nofollow"),
        new("metacopy", "off"),
        new("index", "off"),
        new("xino", "off"),
    ];

    /// <summary>Layers, nothing of which can be changed.</summary>
    /// <param name="layers">The top-most first, at least one.</param>
    /// <exception cref="KernelException">A layer is not there, or overlayfs refuses.</exception>
    internal static DirectoryHandle OpenReadOnly(IReadOnlyList<string> layers) =>
        layers is [string only] ? PathAt.OpenDirectory(only) : Open(layers);

    /// <summary>Layers, nothing of which can be changed, as a mount that can be attached.</summary>
    /// <param name="layers">The top-most first.</param>
    /// <param name="empty">An empty directory: without one that is writable overlayfs wants two layers at least.</param>
    /// <exception cref="KernelException">A layer is not there, or overlayfs refuses.</exception>
    internal static MountHandle MountReadOnly(IReadOnlyList<string> layers, string empty) => Mount([.. layers, empty], [], ReadOnly);

    /// <summary>Layers with a directory on top that takes all changes.</summary>
    /// <param name="layers">The top-most first.</param>
    /// <exception cref="KernelException">A layer is not there, or overlayfs refuses.</exception>
    internal static MountHandle MountWritable(IReadOnlyList<string> layers, string upper, string work) =>
        Mount(layers, [new("upperdir", upper), new("workdir", work)], MountAttributes.None);

    private static DirectoryHandle Open(IReadOnlyList<string> layers)
    {
        using MountHandle mount = Mount(layers, [], ReadOnly);
        return PathAt.OpenDirectory(mount, ".");
    }

    private static MountHandle Mount(IReadOnlyList<string> layers, FileSystemOption[] top, MountAttributes attributes)
    {
        IEnumerable<FileSystemOption> lowers = layers.Select(layer => new FileSystemOption("lowerdir+", layer));
        MountHandle? mount = DetachedMount.TryMake("overlay", [.. lowers, .. top, .. Defaults], attributes, out Errno error);
        return mount is not null ? mount
            : error == Errno.EINVAL ? OlderOverlay.Mount(layers, [.. top, .. Defaults], attributes)
            : throw new KernelException("put the layers together", null, error);
    }
}
