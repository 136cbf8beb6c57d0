namespace Conex.Linux.Files;

/// <summary>dev_t as the kernel's system calls take it.</summary>
public static class DeviceNumber
{
    /// <summary>Major and minor in one word, as makedev(3) does.</summary>
    public static ulong Encode(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);
}
