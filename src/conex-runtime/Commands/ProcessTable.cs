using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Runtime.Errors;

namespace ConexRuntime.Commands;

/// <summary>What ps(1) of the host prints of a container's processes.</summary>
internal static class ProcessTable
{
    /// <summary>Runs ps(1) and keeps the header and the lines of these processes.</summary>
    /// <exception cref="InvalidSpecException">There is no ps(1), it failed, or it prints no column PID.</exception>
    internal static string Print(IReadOnlyList<string> arguments, IReadOnlySet<int> processes)
    {
        using FileHandle output = MemoryFile.Create("ps-output");
        using FileHandle error = MemoryFile.Create("ps-error");
        var ps = ChildProcess.Spawn(Find(), ["ps", .. arguments], descriptors: [FileHandle.StandardInput, output, error]);
        ExitStatus status = ps.Wait();
        if (status.ShellCode != 0)
        {
            MemoryFile.Rewind(error);
            string why = Encoding.UTF8.GetString(FileIo.ReadToEnd(error, "ps", 1 << 20)).Trim().Split('\n')[0];
            throw new InvalidSpecException($"ps {string.Join(' ', arguments)}: {why} (exit code {status.ShellCode})");
        }
        MemoryFile.Rewind(output);
        return Filter(Encoding.UTF8.GetString(FileIo.ReadToEnd(output, "ps", 64 << 20)), processes);
    }

    private static string Filter(string table, IReadOnlySet<int> processes)
    {
        string[] lines = table.TrimEnd('\n').Split('\n');
        int column = Array.IndexOf(Fields(lines[0]), "PID");
        if (column < 0)
        {
            throw new InvalidSpecException("ps prints no column PID with these arguments, by which the container's processes are known");
        }
        var text = new StringBuilder().Append(lines[0]).Append('\n');
        for (int i = 1; i < lines.Length; i++)
        {
            string[] fields = Fields(lines[i]);
            if (fields.Length > column && int.TryParse(fields[column], out int pid) && processes.Contains(pid))
            {
                text.Append(lines[i]).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string[] Fields(string line) => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static string Find()
    {
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':'))
        {
            string path = $"{directory}/ps";
            if (directory.Length > 0 && PathAt.Status(path) is { IsDirectory: false })
            {
                return path;
            }
        }
        throw new InvalidSpecException("there is no program ps on PATH: use --format json, or no arguments for it");
    }
}
