namespace Conex.Linux.Raw;

internal static unsafe partial class Libc
{
    internal const int SYS_getdents64 = 217;
    internal const int SYS_bpf = 321;
    internal const byte DT_DIR = 4;
    internal const short POLLPRI = 2;
    internal const long CGROUP2_SUPER_MAGIC = 0x63677270;

    // linux/bpf.h
    internal const int BPF_PROG_LOAD = 5;
    internal const int BPF_PROG_ATTACH = 8;
    internal const int BPF_PROG_DETACH = 9;
    internal const int BPF_PROG_GET_FD_BY_ID = 13;
    internal const int BPF_OBJ_GET_INFO_BY_FD = 15;
    internal const int BPF_PROG_QUERY = 16;
    internal const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    internal const uint BPF_CGROUP_DEVICE = 6;
    internal const uint BPF_F_ALLOW_MULTI = 2;
    internal const uint BPF_F_REPLACE = 4;
}
