using Conex.CommandLine;
using Conex.Linux.Files;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Containers;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace ConexRuntime.Commands;

/// <summary><c>update</c>.</summary>
internal static class UpdateCommand
{
    private const int LargestDocument = 16 << 20;

    internal static Command Update { get; } =
        new()
        {
            Name = "update",
            Description = "Change the limits of a container",
            Usage = "[OPTIONS] ID",
            Arguments = ArgumentCount.Exactly(1),
            Options = () =>
                new OptionTable()
                    .Text(
                        "resources",
                        'r',
                        "file",
                        "The limits as JSON (linux.resources); - reads standard input. Other options are ignored"
                    )
                    .Integer("blkio-weight", "n", "Block I/O weight, 10 to 1000")
                    .Text("cpu-period", "us", "Period of the CPU quota")
                    .Text("cpu-quota", "us", "CPU time in each period; -1 is unlimited")
                    .Text("cpu-burst", "us", "CPU time saved up that may be used beyond the quota")
                    .Text("cpu-share", "n", "CPU shares, 2 to 262144")
                    .Text("cpu-rt-period", "us", "Real-time period")
                    .Text("cpu-rt-runtime", "us", "Real-time CPU time in each real-time period")
                    .Text("cpuset-cpus", "list", "CPUs to run on")
                    .Text("cpuset-mems", "list", "Memory nodes to use")
                    .Text("cpu-idle", "0|1", "Whether the container runs only when nothing else does")
                    .Text("memory", "bytes", "Memory limit; -1 is unlimited")
                    .Text("memory-reservation", "bytes", "Soft limit of memory")
                    .Text("memory-swap", "bytes", "Limit of memory and swap together; -1 is unlimited")
                    .Text("kernel-memory", "bytes", "Ignored: kernels know it no more", hidden: true)
                    .Text("kernel-memory-tcp", "bytes", "Ignored: kernels know it no more", hidden: true)
                    .Integer("pids-limit", "n", "Limit of processes; -1 is unlimited")
                    .Text("l3-cache-schema", "schema", "Intel RDT: L3 cache")
                    .Text("mem-bw-schema", "schema", "Intel RDT: memory bandwidth"),
            Run = invocation => CommandTable.Guard(invocation, global => Do(invocation, global)),
        };

    private static int Do(Invocation invocation, GlobalOptions global)
    {
        string id = invocation.Arguments[0];
        _ = Container.Open(global.Context, id);
        LinuxResources change = invocation.Text("resources") is { Length: > 0 } source ? Read(source) : OfOptions(invocation);
        if (change.Memory is { Kernel: not (null or 0) } or { KernelTcp: not (null or 0) })
        {
            Output.Error("conex-runtime: warning: Kernel memory settings are ignored and will be removed\n");
        }
        foreach (string warning in ContainerUpdate.Apply(global.Context, id, change, ResourceControl(invocation)))
        {
            Output.Error($"conex-runtime: warning: {warning}\n");
        }
        return 0;
    }

    private static LinuxResources Read(string source)
    {
        try
        {
            return LinuxResources.Parse(
                source == "-"
                    ? FileIo.ReadToEnd(FileHandle.StandardInput, "standard input", LargestDocument)
                    : FileIo.ReadAll(Path.GetFullPath(source), LargestDocument)
            );
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException($"--resources {source}: {e.Message}");
        }
    }

    private static LinuxResources OfOptions(Invocation invocation) =>
        new()
        {
            BlockIo = new LinuxBlockIo { Weight = BlockIoWeight(invocation) },
            Cpu = new LinuxCpu
            {
                Period = Unsigned(invocation, "cpu-period"),
                Quota = Signed(invocation, "cpu-quota"),
                Burst = Unsigned(invocation, "cpu-burst"),
                Shares = Unsigned(invocation, "cpu-share"),
                RealtimePeriod = Unsigned(invocation, "cpu-rt-period"),
                RealtimeRuntime = Signed(invocation, "cpu-rt-runtime"),
                Cpus = invocation.Text("cpuset-cpus"),
                Mems = invocation.Text("cpuset-mems"),
                Idle = Signed(invocation, "cpu-idle"),
            },
            Memory = new LinuxMemory
            {
                Limit = Size(invocation, "memory"),
                Reservation = Size(invocation, "memory-reservation"),
                Swap = Size(invocation, "memory-swap"),
                Kernel = Size(invocation, "kernel-memory"),
                KernelTcp = Size(invocation, "kernel-memory-tcp"),
            },
            // 0 is runc's word for unchanged.
            Pids = new LinuxPids { Limit = invocation.Integer("pids-limit") is { } limit and not 0 ? limit : null },
        };

    private static ushort? BlockIoWeight(Invocation invocation) =>
        invocation.Integer("blkio-weight") switch
        {
            null or 0 => null,
            >= 10 and <= 1000 and var weight => (ushort)weight,
            var weight => throw new InvalidSpecException($"invalid value for blkio-weight: {weight} is not 10 to 1000"),
        };

    private static ulong? Unsigned(Invocation invocation, string option) =>
        Value(invocation, option) is not { } text ? null
        : ulong.TryParse(text, out ulong value) ? value
        : throw new InvalidSpecException($"invalid value for {option}: \"{text}\" is not a whole number");

    private static long? Signed(Invocation invocation, string option) =>
        Value(invocation, option) is not { } text ? null
        : long.TryParse(text, out long value) ? value
        : throw new InvalidSpecException($"invalid value for {option}: \"{text}\" is not a whole number");

    private static long? Size(Invocation invocation, string option)
    {
        if (Value(invocation, option) is not { } text)
        {
            return null;
        }
        try
        {
            return MemorySize.Parse(text);
        }
        catch (FormatException e)
        {
            throw new InvalidSpecException($"invalid value for {option}: {e.Message}");
        }
    }

    private static string? Value(Invocation invocation, string option) => invocation.Text(option) is { Length: > 0 } text ? text : null;

    private static ResctrlUpdate? ResourceControl(Invocation invocation)
    {
        string? cache = Value(invocation, "l3-cache-schema");
        string? bandwidth = Value(invocation, "mem-bw-schema");
        return cache is null && bandwidth is null ? null : new ResctrlUpdate(cache, bandwidth);
    }
}
