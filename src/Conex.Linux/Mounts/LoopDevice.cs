using System.Buffers.Binary;
using System.Globalization;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Mounts;

/// <summary>A block device whose content is a file's (loop(4)), read-only. It goes with its last user: a mount, or this object.</summary>
public sealed unsafe class LoopDevice : IDisposable
{
    private const int MostTries = 64;
    private const int ConfigurationSize = 304; // struct loop_config: descriptor, block size, 232 bytes of struct loop_info64, reserved
    private const int FlagsOffset = 8 + 52; // lo_flags in struct loop_info64
    private readonly FileHandle device;

    private LoopDevice(FileHandle device, string path) => (this.device, Path) = (device, path);

    /// <summary>The device's name, absolute.</summary>
    public string Path { get; }

    /// <summary>Takes a free device.</summary>
    /// <param name="file">Open for reading. A last part of less than 512 bytes is left out.</param>
    /// <returns>Null and the reason: there are no such devices here, or they are not this process's to use.</returns>
    public static LoopDevice? TryMake(FileHandle file, out Errno error)
    {
        ArgumentNullException.ThrowIfNull(file);
        using FileHandle? control = PathAt.TryOpen(PathAt.Current, "/dev/loop-control", OpenMode.ReadWrite, out error);
        // Somebody else may take the device that was free a moment ago.
        for (int i = 0; control is not null && i < MostTries; i++)
        {
            int number = Libc.ioctl(control.Descriptor, Libc.LOOP_CTL_GET_FREE, 0);
            if (number < 0)
            {
                error = KernelCall.LastError;
                return null;
            }
            string path = string.Create(CultureInfo.InvariantCulture, $"/dev/loop{number}");
            FileHandle? device = PathAt.TryOpen(PathAt.Current, path, OpenMode.Read, out error);
            if (device is null)
            {
                return null;
            }
            error = Configure(device, file);
            if (error == Errno.None)
            {
                return new LoopDevice(device, path);
            }
            device.Dispose();
            if (error != Errno.EBUSY)
            {
                return null;
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => device.Dispose();

    private static Errno Configure(FileHandle device, FileHandle file)
    {
        Span<byte> configuration = stackalloc byte[ConfigurationSize];
        configuration.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(configuration, file.Descriptor);
        // Direct: the pages of the file system above are enough.
        const uint flags = Libc.LO_FLAGS_READ_ONLY | Libc.LO_FLAGS_AUTOCLEAR | Libc.LO_FLAGS_DIRECT_IO;
        BinaryPrimitives.WriteUInt32LittleEndian(configuration[FlagsOffset..], flags);
        fixed (byte* p = configuration)
        {
            return Libc.ioctl(device.Descriptor, Libc.LOOP_CONFIGURE, (nint)p) == -1 ? KernelCall.LastError : Errno.None;
        }
    }
}
