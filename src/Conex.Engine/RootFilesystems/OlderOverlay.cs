using System.Globalization;
using Conex.Engine.Errors;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Mounts;

namespace Conex.Engine.RootFilesystems;

/// <summary>An overlay that no mount table has, on kernels that take all layers in one option (before Linux 6.7): fsconfig(2) takes 255 bytes of it,
/// mount(2) a page.</summary>
internal static class OlderOverlay
{
    private const int PageSize = 4096;

    /// <summary>No other thread may use the calling one's working directory meanwhile.</summary>
    /// <param name="layers">The top-most first.</param>
    /// <param name="others">The other options; directories among them as paths.</param>
    /// <exception cref="KernelException">A layer is not there, or overlayfs refuses.</exception>
    /// <exception cref="NotAvailableException">The kernel cannot put so many layers together.</exception>
    internal static MountHandle Mount(IReadOnlyList<string> layers, IReadOnlyList<FileSystemOption> others, MountAttributes attributes)
    {
        // overlayfs takes directories of the calling thread's own namespace alone: they are opened in it.
        using var own = PrivateMounts.Enter();
        List<DirectoryHandle> opened = [];
        try
        {
            string lowers = string.Join(':', layers.Select(Name));
            string options = string.Join(
                ',',
                others.Select(option => $"{option.Key}={(option.Value!.StartsWith('/') ? Name(option.Value) : option.Value)}")
            );
            string all = $"lowerdir={lowers},{options}";
            return all.Length < PageSize
                ? DetachedMount.MakeAt(own, layers[0], "overlay", all, attributes)
                : throw new NotAvailableException($"put {layers.Count} layers together: this kernel takes that many only since Linux 6.7");
        }
        finally
        {
            opened.ForEach(directory => directory.Dispose());
        }

        // By descriptor: short, and names may hold a comma or a colon.
        string Name(string directory)
        {
            opened.Add(PathAt.OpenDirectory(directory));
            return string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{opened[^1].Descriptor}");
        }
    }
}
