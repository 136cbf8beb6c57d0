using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Processes;

/// <summary>umask(2), read without changing it: the call itself can only set it, for all threads at once.</summary>
public static class FileModeMask
{
    /// <summary>The permission bits that new files of this process do not get.</summary>
    /// <exception cref="KernelException">/proc is not mounted.</exception>
    public static uint Read()
    {
        ReadOnlySpan<byte> status = FileIo.ReadAll("/proc/self/status");
        ReadOnlySpan<byte> key = "\nUmask:\t"u8;
        int at = status.IndexOf(key);
        uint mask = 0;
        if (at >= 0)
        {
            foreach (byte digit in status[(at + key.Length)..])
            {
                if (digit is < (byte)'0' or > (byte)'7')
                {
                    break;
                }
                mask = (mask << 3) | (uint)(digit - '0');
            }
        }
        return mask;
    }
}
