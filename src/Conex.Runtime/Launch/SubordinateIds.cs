using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Launch;

/// <summary>newuidmap(1) or newgidmap(1) at work: programs with root's rights that write the mapping of an ordinary user's namespace, when
/// /etc/subuid and /etc/subgid give the user those IDs (subuid(5)).</summary>
internal sealed class SubordinateIds : IDisposable
{
    private const string UsualPath = "/usr/bin:/bin:/usr/sbin:/sbin";

    private readonly string program;
    private readonly IReadOnlyList<LinuxIdMapping> mappings;
    private readonly ChildProcess process;
    private readonly FileHandle output;
    private bool ended;

    private SubordinateIds(string name, IReadOnlyList<LinuxIdMapping> mappings, int pid)
    {
        this.mappings = mappings;
        program = Find(name) ?? throw new LaunchException(SubordinateIdFailure.Missing(name, mappings), 1);
        List<string> arguments = [name, $"{pid}"];
        foreach (LinuxIdMapping mapping in mappings)
        {
            arguments.Add($"{mapping.ContainerId}");
            arguments.Add($"{mapping.HostId}");
            arguments.Add($"{mapping.Size}");
        }
        output = MemoryFile.Create(name);
        try
        {
            using FileHandle nothing = PathAt.Open("/dev/null", OpenMode.ReadWrite);
            process = ChildProcess.Spawn(program, arguments, environment: [], [nothing, output, output]);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    internal static SubordinateIds MapUsers(int pid, IReadOnlyList<LinuxIdMapping> users) => new("newuidmap", users, pid);

    internal static SubordinateIds MapGroups(int pid, IReadOnlyList<LinuxIdMapping> groups) => new("newgidmap", groups, pid);

    /// <summary>Waits until the mapping is written.</summary>
    /// <exception cref="LaunchException">It was refused; the message says what helps.</exception>
    internal void Await()
    {
        ended = true;
        if (process.Wait().ShellCode != 0)
        {
            Span<byte> said = stackalloc byte[512];
            string text = Encoding.UTF8.GetString(said[..MemoryFile.ReadEnd(output, said)]).Trim();
            throw new LaunchException(SubordinateIdFailure.Explain(program, mappings, text), 1);
        }
    }

    public void Dispose()
    {
        if (!ended)
        {
            _ = process.Wait();
        }
        output.Dispose();
    }

    private static string? Find(string name)
    {
        string? places = Environment.GetEnvironmentVariable("PATH");
        foreach (string directory in (string.IsNullOrEmpty(places) ? UsualPath : places).Split(':'))
        {
            string path = $"{directory}/{name}";
            // What may not be looked at is not there, as for execvp(3).
            using FileHandle? file = directory.StartsWith('/') ? PathAt.TryOpen(PathAt.Current, path, OpenMode.Path, out _) : null;
            if (file is not null && PathAt.Status(file, "") is { Kind: FileKind.Regular } status && (status.Mode & 0x49) != 0)
            {
                return path;
            }
        }
        return null;
    }
}
