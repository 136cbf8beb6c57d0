using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups.Devices;

/// <summary>Loads device programs and attaches them to a version 2 cgroup (bpf(2)).</summary>
internal static unsafe class BpfDevices
{
    private const int MostAttached = 64; // BPF_CGROUP_MAX_PROGS

    /// <summary>Puts a program in force. One that was in force before is exchanged in one step, so that the devices are never open.</summary>
    internal static void Attach(FileHandle cgroup, ReadOnlySpan<BpfInstruction> program, string path)
    {
        using FileHandle loaded = Load(program, path);
        uint* old = stackalloc uint[MostAttached];
        int count = Query(cgroup, old, path);
        using FileHandle? replaced = count == 1 ? OpenById(old[0]) : null;
        Attach(cgroup, loaded, replaced, path);
        if (count > 1)
        {
            // Every attached program must agree, so the old ones only make it stricter until they are gone.
            for (int i = 0; i < count; i++)
            {
                using FileHandle? one = OpenById(old[i]);
                if (one is not null)
                {
                    Detach(cgroup, one, path);
                }
            }
        }
    }

    private static FileHandle Load(ReadOnlySpan<BpfInstruction> program, string path)
    {
        long fd = TryLoad(program, log: null, 0);
        if (fd >= 0)
        {
            return new FileHandle((int)fd);
        }
        Errno error = KernelCall.LastError;
        if (error is not (Errno.EINVAL or Errno.EACCES))
        {
            throw new KernelException("load the device rules of cgroup", path, error);
        }
        byte[] log = new byte[16384];
        fixed (byte* p = log)
        {
            fd = TryLoad(program, p, log.Length);
        }
        if (fd >= 0)
        {
            return new FileHandle((int)fd);
        }
        string text = Encoding.UTF8.GetString(log.AsSpan(0, Math.Max(log.AsSpan().IndexOf((byte)0), 0))).Trim();
        throw new CgroupException($"load the device rules of cgroup {path}: {KernelException.Explain(error)}: {text.Replace('\n', ';')}");
    }

    private static long TryLoad(ReadOnlySpan<BpfInstruction> program, byte* log, int logSize)
    {
        ReadOnlySpan<byte> license = "Apache-2.0\0"u8;
        ulong* attributes = stackalloc ulong[6]; // up to kern_version and prog_flags
        fixed (BpfInstruction* instructions = program)
        fixed (byte* licenseText = license)
        {
            attributes[0] = Libc.BPF_PROG_TYPE_CGROUP_DEVICE | ((ulong)(uint)program.Length << 32);
            attributes[1] = (ulong)instructions;
            attributes[2] = (ulong)licenseText;
            attributes[3] = log is null ? 0 : 1 | ((ulong)(uint)logSize << 32);
            attributes[4] = (ulong)log;
            attributes[5] = 0;
            return Libc.syscall(Libc.SYS_bpf, Libc.BPF_PROG_LOAD, (long)attributes, 48, 0, 0, 0);
        }
    }

    private static int Query(FileHandle cgroup, uint* ids, string path)
    {
        // target, type, query flags, attach flags, pointer to the numbers, their count
        uint* attributes = stackalloc uint[8];
        new Span<uint>(attributes, 8).Clear();
        attributes[0] = (uint)cgroup.Descriptor;
        attributes[1] = Libc.BPF_CGROUP_DEVICE;
        *(ulong*)(attributes + 4) = (ulong)ids;
        attributes[6] = MostAttached;
        KernelCall.Check(
            Libc.syscall(Libc.SYS_bpf, Libc.BPF_PROG_QUERY, (long)attributes, 32, 0, 0, 0),
            "list the device programs of cgroup",
            path
        );
        return (int)attributes[6];
    }

    private static void Attach(FileHandle cgroup, FileHandle program, FileHandle? replaced, string path)
    {
        uint* attributes = stackalloc uint[5];
        attributes[0] = (uint)cgroup.Descriptor;
        attributes[1] = (uint)program.Descriptor;
        attributes[2] = Libc.BPF_CGROUP_DEVICE;
        attributes[3] = Libc.BPF_F_ALLOW_MULTI | (replaced is null ? 0 : Libc.BPF_F_REPLACE);
        attributes[4] = replaced is null ? 0 : (uint)replaced.Descriptor;
        KernelCall.Check(
            Libc.syscall(Libc.SYS_bpf, Libc.BPF_PROG_ATTACH, (long)attributes, 20, 0, 0, 0),
            "attach the device rules to cgroup",
            path
        );
    }

    private static void Detach(FileHandle cgroup, FileHandle program, string path)
    {
        uint* attributes = stackalloc uint[4];
        attributes[0] = (uint)cgroup.Descriptor;
        attributes[1] = (uint)program.Descriptor;
        attributes[2] = Libc.BPF_CGROUP_DEVICE;
        attributes[3] = 0;
        KernelCall.Check(
            Libc.syscall(Libc.SYS_bpf, Libc.BPF_PROG_DETACH, (long)attributes, 16, 0, 0, 0),
            "detach old device rules from cgroup",
            path
        );
    }

    private static FileHandle? OpenById(uint id)
    {
        uint* attributes = stackalloc uint[3];
        attributes[0] = id;
        attributes[1] = 0;
        attributes[2] = 0;
        long fd = Libc.syscall(Libc.SYS_bpf, Libc.BPF_PROG_GET_FD_BY_ID, (long)attributes, 12, 0, 0, 0);
        return fd < 0 ? null : new FileHandle((int)fd);
    }
}
