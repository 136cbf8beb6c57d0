namespace Conex.Linux.Landlock;

/// <summary>The rights of landlock(7) by their names, which are the C names in lower case without their prefix.</summary>
public static class LandlockRights
{
    /// <summary>Rights that a single file can have; the others are of directories.</summary>
    public const ulong OfFiles = 0xC007;

    private static readonly (string Name, int Abi)[] Files =
    [
        ("execute", 1),
        ("write_file", 1),
        ("read_file", 1),
        ("read_dir", 1),
        ("remove_dir", 1),
        ("remove_file", 1),
        ("make_char", 1),
        ("make_dir", 1),
        ("make_reg", 1),
        ("make_sock", 1),
        ("make_fifo", 1),
        ("make_block", 1),
        ("make_sym", 1),
        ("refer", 2),
        ("truncate", 3),
        ("ioctl_dev", 5),
    ];

    private static readonly (string Name, int Abi)[] Network = [("bind_tcp", 4), ("connect_tcp", 4)];

    private static readonly (string Name, int Abi)[] Scopes = [("abstract_unix_socket", 6), ("signal", 6)];

    /// <summary>The bit LANDLOCK_ACCESS_FS_* and the ABI that brought it; null when there is no such right.</summary>
    public static (ulong Bit, int Abi)? OfFile(string name) => Find(Files, name);

    /// <summary>The bit LANDLOCK_ACCESS_NET_* and the ABI that brought it; null when there is no such right.</summary>
    public static (ulong Bit, int Abi)? OfNetwork(string name) => Find(Network, name);

    /// <summary>The bit LANDLOCK_SCOPE_* and the ABI that brought it; null when there is no such scope.</summary>
    public static (ulong Bit, int Abi)? OfScope(string name) => Find(Scopes, name);

    private static (ulong Bit, int Abi)? Find((string Name, int Abi)[] known, string name)
    {
        int at = Array.FindIndex(known, right => right.Name == name);
        return at < 0 ? null : (1UL << at, known[at].Abi);
    }
}
