using System.Globalization;
using System.Net.Sockets;
using Conex.Engine.Errors;
using Conex.Engine.Monitors;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Linux.Sockets;

namespace Conex.Engine.Processes;

/// <summary>The host's ps(1), for columns that this engine does not know.</summary>
internal static class HostPs
{
    private static readonly string[] Places = ["/bin/ps", "/usr/bin/ps"];

    /// <exception cref="NotAvailableException">The host has no ps.</exception>
    /// <exception cref="InvalidRequestException">ps refused, or prints no PID column.</exception>
    internal static async Task<ProcessTable> ReadAsync(string arguments, IReadOnlyList<int> processes, CancellationToken cancellationToken)
    {
        string path =
            Array.Find(Places, place => PathAt.Status(place) is not null)
            ?? throw new NotAvailableException(
                $"ps is not installed on the host, and \"{arguments}\" needs it; without arguments top does not"
            );
        string text = await RunAsync(path, arguments, cancellationToken);
        return Parse(text, processes);
    }

    internal static ProcessTable Parse(string output, IReadOnlyList<int> processes)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] titles = lines.Length > 0 ? lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        int column = Array.IndexOf(titles, "PID");
        if (column < 0)
        {
            throw new InvalidRequestException("Couldn't find PID field in ps output");
        }
        HashSet<string> wanted = [.. processes.Select(pid => pid.ToString(CultureInfo.InvariantCulture))];
        List<IReadOnlyList<string>> rows = [];
        foreach (string line in lines.AsSpan(1))
        {
            // The last column is a command line with blanks of its own.
            string[] fields = line.Split(' ', titles.Length, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length > column && wanted.Contains(fields[column]))
            {
                rows.Add(fields);
            }
        }
        return new ProcessTable(titles, rows);
    }

    private static async Task<string> RunAsync(string path, string arguments, CancellationToken cancellationToken)
    {
        Socket output;
        ChildProcess child;
        try
        {
            (UnixSocket ours, UnixSocket theirs) = UnixSocket.Pair();
            using (theirs)
            {
                output = StreamSocket.Take(ours);
                string[] words = [path, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
                child = ChildProcess.Spawn(path, words, null, [null, theirs, theirs]);
            }
        }
        catch (KernelException e)
        {
            throw new InvalidRequestException(e.Message);
        }
        using (output)
        {
            string text = await StreamSocket.ReadToEndAsync(output, cancellationToken);
            ExitStatus status = await Task.Run(child.Wait, CancellationToken.None);
            return status.ShellCode == 0 ? text : throw new InvalidRequestException($"ps {arguments}: {text.Trim()}");
        }
    }
}
