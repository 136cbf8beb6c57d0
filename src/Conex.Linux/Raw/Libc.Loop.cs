namespace Conex.Linux.Raw;

internal static partial class Libc
{
    internal const ulong LOOP_CONFIGURE = 0x4C0A;
    internal const ulong LOOP_CTL_GET_FREE = 0x4C82;
    internal const uint LO_FLAGS_READ_ONLY = 1;
    internal const uint LO_FLAGS_AUTOCLEAR = 4;
    internal const uint LO_FLAGS_DIRECT_IO = 16;
}
