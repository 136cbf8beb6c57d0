using System.Buffers.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.Errors;
using Conex.Runtime.Rootfs;

namespace Conex.Runtime.Monitors;

/// <summary>The layers that a monitor inherited as descriptors and keeps for its container.</summary>
/// <param name="bundle">The container's bundle; null for an exec, which has none.</param>
internal sealed class InheritedLayers(string? bundle)
{
    private const int LargestAssembly = 1 << 20;

    /// <summary>The mount of a layer; null when the assembly names no such descriptor: no other descriptor of this process is anybody's.</summary>
    /// <param name="number">In decimal digits.</param>
    internal FileHandle? Find(ReadOnlySpan<byte> number)
    {
        if (bundle is null || !Utf8Parser.TryParse(number, out int descriptor, out int used) || used != number.Length)
        {
            return null;
        }
        try
        {
            var assembly = RootfsAssembly.Parse(FileIo.ReadAll($"{bundle}/rootfs.json", LargestAssembly));
            foreach (string lower in assembly.Lowers)
            {
                if (assembly.DescriptorOf(lower) == descriptor)
                {
                    return new FileHandle(descriptor, ownsHandle: false);
                }
            }
        }
        catch (Exception e) when (e is KernelException or FormatException or InvalidSpecException)
        {
            // The files are being removed.
        }
        return null;
    }
}
