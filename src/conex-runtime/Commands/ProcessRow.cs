using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace ConexRuntime.Commands;

/// <summary>One line of <c>ps</c>, read from /proc.</summary>
internal static class ProcessRow
{
    /// <summary>User, number, parent and command; null when the process has ended.</summary>
    internal static string[]? Read(int pid)
    {
        try
        {
            string status = Encoding.UTF8.GetString(FileIo.ReadAll($"/proc/{pid}/status"));
            string command = Encoding.UTF8.GetString(FileIo.ReadAll($"/proc/{pid}/cmdline")).TrimEnd('\0').Replace('\0', ' ');
            return [Field(status, "Uid:"), $"{pid}", Field(status, "PPid:"), command.Length > 0 ? command : $"[{Field(status, "Name:")}]"];
        }
        catch (KernelException)
        {
            return null;
        }
    }

    private static string Field(string status, string name)
    {
        foreach (string line in status.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                return line[name.Length..].Trim().Split('\t')[0];
            }
        }
        return "?";
    }
}
