using Conex.Engine.Errors;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;

namespace Conex.Engine.RootFilesystems;

/// <summary>The files of layers as a container sees them, by an overlay that no mount table has.</summary>
internal static class MergedRoot
{
    private const int LongestOption = 255;

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
    /// <exception cref="NotAvailableException">The kernel cannot put so many layers together here.</exception>
    internal static DirectoryHandle OpenReadOnly(IReadOnlyList<string> layers) =>
        layers is [string only]
            ? PathAt.OpenDirectory(only)
            : Open(Lowers(layers), Joined(layers), MountAttributes.ReadOnly | MountAttributes.NoDev | MountAttributes.NoSuid);

    /// <summary>Layers, nothing of which can be changed, as a mount that can be attached.</summary>
    /// <param name="layers">The top-most first.</param>
    /// <param name="empty">An empty directory: without one that is writable overlayfs wants two layers at least.</param>
    /// <exception cref="KernelException">A layer is not there, or overlayfs refuses.</exception>
    /// <exception cref="NotAvailableException">The kernel cannot put so many layers together here.</exception>
    internal static MountHandle MountReadOnly(IReadOnlyList<string> layers, string empty)
    {
        string[] all = [.. layers, empty];
        return Mount(Lowers(all), Joined(all), MountAttributes.ReadOnly | MountAttributes.NoDev | MountAttributes.NoSuid);
    }

    /// <summary>Layers with a directory on top that takes all changes.</summary>
    /// <param name="layers">The top-most first.</param>
    /// <exception cref="KernelException">A layer is not there, or overlayfs refuses.</exception>
    /// <exception cref="NotAvailableException">The kernel cannot put so many layers together here.</exception>
    internal static MountHandle MountWritable(IReadOnlyList<string> layers, string upper, string work)
    {
        FileSystemOption[] top = [new("upperdir", upper), new("workdir", work)];
        FileSystemOption[]? older = Joined(layers) is { } joined ? [.. joined, .. top] : null;
        return Mount([.. Lowers(layers), .. top], older, MountAttributes.None);
    }

    private static FileSystemOption[] Lowers(IReadOnlyList<string> layers) =>
        [.. layers.Select(layer => new FileSystemOption("lowerdir+", layer))];

    /// <summary>For kernels before 6.5, which have one option for all: null when it would be longer than fsconfig(2) takes.</summary>
    private static FileSystemOption[]? Joined(IReadOnlyList<string> layers)
    {
        string text = string.Join(':', layers);
        return text.Length <= LongestOption ? [new("lowerdir", text)] : null;
    }

    private static DirectoryHandle Open(FileSystemOption[] options, FileSystemOption[]? older, MountAttributes attributes)
    {
        using MountHandle mount = Mount(options, older, attributes);
        return PathAt.OpenDirectory(mount, ".");
    }

    private static MountHandle Mount(FileSystemOption[] options, FileSystemOption[]? older, MountAttributes attributes)
    {
        MountHandle? mount = DetachedMount.TryMake("overlay", [.. options, .. Defaults], attributes, out Errno error);
        if (mount is null && error == Errno.EINVAL)
        {
            mount = older is not null
                ? DetachedMount.TryMake("overlay", [.. older, .. Defaults], attributes, out error)
                : throw new NotAvailableException("put the layers together: this kernel takes that many only since Linux 6.5");
        }
        return mount ?? throw new KernelException("put the layers together", null, error);
    }
}
