using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Raw;

namespace Conex.Linux.Cgroups.Devices;

/// <summary>Loads device programs and attaches them to a version 2 cgroup (bpf(2)).</summary>
internal static unsafe class BpfDevices
{
    private const int MostAttached = 64; // BPF_CGROUP_MAX_PROGS

    /// <summary>With its end, and at most 16 bytes.</summary>
    private static ReadOnlySpan<byte> Name => "conex_devices\0"u8;

    /// <summary>Puts a program in force. One that was in force before is exchanged in one step, so that the devices are never open. Programs
    /// of others, such as systemd's, stay: every attached one must agree.</summary>
    internal static void Attach(FileHandle cgroup, ReadOnlySpan<BpfInstruction> program, string path)
    {
        using FileHandle loaded = Load(program, path);
        uint* attached = stackalloc uint[MostAttached];
        int count = Query(cgroup, attached, path);
        var own = new List<FileHandle>(count);
        for (int i = 0; i < count; i++)
        {
            if (OpenById(attached[i]) is { } one)
            {
                own.Add(one);
            }
        }
        own.RemoveAll(p => !IsOwn(p));
        Attach(cgroup, loaded, own.Count == 1 ? own[0] : null, path);
        foreach (FileHandle one in own)
        {
            if (own.Count > 1)
            {
                // They only make it stricter until they are gone.
                Detach(cgroup, one, path);
            }
            one.Dispose();
        }
    }

    /// <summary>By the name that the kernel keeps of a program (struct bpf_prog_info).</summary>
    private static bool IsOwn(FileHandle program)
    {
        const int size = 80;
        const int nameAt = 64;
        byte* information = stackalloc byte[size];
        new Span<byte>(information, size).Clear();
        ulong* attributes = stackalloc ulong[2];
        attributes[0] = (uint)program.Descriptor | ((ulong)size << 32);
        attributes[1] = (ulong)information;
        bool own =
            Libc.syscall(Libc.SYS_bpf, Libc.BPF_OBJ_GET_INFO_BY_FD, (long)attributes, 16, 0, 0, 0) == 0
            && new ReadOnlySpan<byte>(information + nameAt, Name.Length).SequenceEqual(Name);
        if (!own)
        {
            program.Dispose();
        }
        return own;
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
        ulong* attributes = stackalloc ulong[8]; // up to prog_name
        fixed (BpfInstruction* instructions = program)
        fixed (byte* licenseText = license)
        {
            attributes[0] = Libc.BPF_PROG_TYPE_CGROUP_DEVICE | ((ulong)(uint)program.Length << 32);
            attributes[1] = (ulong)instructions;
            attributes[2] = (ulong)licenseText;
            attributes[3] = log is null ? 0 : 1 | ((ulong)(uint)logSize << 32);
            attributes[4] = (ulong)log;
            attributes[5] = 0;
            attributes[6] = 0;
            attributes[7] = 0;
            Name.CopyTo(new Span<byte>(attributes + 6, 16));
            return Libc.syscall(Libc.SYS_bpf, Libc.BPF_PROG_LOAD, (long)attributes, 64, 0, 0, 0);
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
