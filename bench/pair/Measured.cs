using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Conex.Bench;

/// <summary>Runs a command and reads what the kernel says it cost.</summary>
internal static unsafe partial class Measured
{
    private const int O_RDWR = 2;
    private const int CLOCK_PROCESS_CPUTIME_ID = 2;

    private static readonly nint* s_environment = Environ();

    internal static Sample Run(string command, string[] cgroups, int settle)
    {
        byte[][] words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => Encoding.UTF8.GetBytes(w + '\0'))];
        nint* argv = stackalloc nint[words.Length + 1];
        for (int i = 0; i < words.Length; i++)
        {
            argv[i] = Marshal.AllocHGlobal(words[i].Length);
            Marshal.Copy(words[i], 0, argv[i], words[i].Length);
        }
        argv[words.Length] = 0;
        byte* actions = stackalloc byte[128];
        _ = posix_spawn_file_actions_init(actions);
        fixed (byte* devNull = "/dev/null\0"u8)
        {
            _ = posix_spawn_file_actions_addopen(actions, 0, devNull, O_RDWR, 0);
            _ = posix_spawn_file_actions_addopen(actions, 1, devNull, O_RDWR, 0);
        }
        double charged = Charged(cgroups) - Own();
        long begin = Stopwatch.GetTimestamp();
        int pid;
        int error = posix_spawnp(&pid, (byte*)argv[0], actions, null, argv, s_environment);
        if (error != 0)
        {
            throw new InvalidOperationException($"cannot start {command}: errno {error}");
        }
        int status;
        long* usage = stackalloc long[18];
        _ = wait4(pid, &status, 0, usage);
        double wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        for (int i = 0; i < words.Length; i++)
        {
            Marshal.FreeHGlobal(argv[i]);
        }
        double cpu = (usage[0] + usage[2]) * 1000.0 + (usage[1] + usage[3]) / 1000.0;
        if (cgroups.Length > 0)
        {
            Thread.Sleep(settle);
            cpu = Charged(cgroups) - Own() - charged;
        }
        return new Sample(wall, cpu, (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f));
    }

    /// <summary>Milliseconds that cgroups were charged since they were made, ended processes and child groups included.</summary>
    private static double Charged(string[] cgroups)
    {
        double total = 0;
        foreach (string cgroup in cgroups)
        {
            string v1 = $"{cgroup}/cpuacct.usage";
            if (File.Exists(v1))
            {
                total += double.Parse(File.ReadAllText(v1), CultureInfo.InvariantCulture) / 1e6;
            }
            else if (File.Exists($"{cgroup}/cpu.stat"))
            {
                total += double.Parse(File.ReadLines($"{cgroup}/cpu.stat").First().Split(' ')[1], CultureInfo.InvariantCulture) / 1e3;
            }
        }
        return total;
    }

    /// <summary>Milliseconds of processor time that this process took: it is in one of the cgroups and is not what is measured.</summary>
    private static double Own()
    {
        long* time = stackalloc long[2];
        _ = clock_gettime(CLOCK_PROCESS_CPUTIME_ID, time);
        return time[0] * 1e3 + time[1] / 1e6;
    }

    private static nint* Environ()
    {
        string[] lines =
        [
            .. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}"),
        ];
        nint* block = (nint*)Marshal.AllocHGlobal((lines.Length + 1) * sizeof(nint));
        for (int i = 0; i < lines.Length; i++)
        {
            block[i] = Marshal.StringToCoTaskMemUTF8(lines[i]);
        }
        block[lines.Length] = 0;
        return block;
    }

    [LibraryImport("libc")]
    private static partial int posix_spawnp(int* pid, byte* file, void* actions, void* attributes, nint* argv, nint* envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addopen(void* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, long* time);

    [LibraryImport("libc")]
    private static partial int wait4(int pid, int* status, int options, long* usage);
}
