using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Conex.Bench;

/// <summary>Steps that this process takes itself.</summary>
internal static partial class BuiltIn
{
    private const int POSIX_FADV_DONTNEED = 4;

    /// <summary>
    /// <c>@join CGROUP</c>: what is started from here on is in this cgroup. <c>@ended FILE</c>: waits for the process whose number the file
    /// holds. <c>@pause MILLISECONDS</c>: lets what runs come to rest. <c>@forget PATH</c>: removes a directory, or takes a file's pages out of memory.
    /// </summary>
    internal static Sample Run(string command)
    {
        string[] words = command.Split(' ');
        switch (words[0])
        {
            case "@join":
                File.WriteAllText($"{words[1]}/cgroup.procs", "0");
                break;
            case "@ended":
                AwaitEnd(int.Parse(File.ReadAllText(words[1]), CultureInfo.InvariantCulture));
                break;
            case "@pause":
                Thread.Sleep(int.Parse(words[1], CultureInfo.InvariantCulture));
                break;
            case "@forget":
                Forget(words[1]);
                break;
            default:
                throw new ArgumentException($"there is no step {words[0]}", nameof(command));
        }
        return default;
    }

    private static void Forget(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (File.Exists(path))
        {
            using SafeFileHandle file = File.OpenHandle(path);
            _ = posix_fadvise((int)file.DangerousGetHandle(), 0, 0, POSIX_FADV_DONTNEED);
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_fadvise(int fd, long offset, long length, int advice);

    private static void AwaitEnd(int pid)
    {
        while (IsAlive(pid))
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>A zombie has ended.</summary>
    private static bool IsAlive(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
