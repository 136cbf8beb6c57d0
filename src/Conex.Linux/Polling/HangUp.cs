using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Polling;

/// <summary>Tells a peer that closed its connection from one that only ended its output.</summary>
public static unsafe class HangUp
{
    private const int POLLHUP = 0x10;

    /// <summary>Whether both directions have ended: the peer of a unix stream socket has closed it. After a shutdown of its sending side alone
    /// this is false, and it still reads (poll(2), unix(7)).</summary>
    public static bool IsSet(FileHandle file)
    {
        long entry = (uint)file.Descriptor;
        return Libc.poll((byte*)&entry, 1, 0) == 1 && ((entry >> 48) & POLLHUP) != 0;
    }
}
