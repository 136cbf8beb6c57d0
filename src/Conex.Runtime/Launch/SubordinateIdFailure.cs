using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Launch;

/// <summary>Why newuidmap(1) or newgidmap(1) did not write a mapping, and what helps.</summary>
internal static class SubordinateIdFailure
{
    private const string Prefix = "unable to start container process: ";
    private const uint SetUserId = 0x800; // S_ISUID

    internal static string Missing(string program, IReadOnlyList<LinuxIdMapping> mappings) =>
        $"{Prefix}{Field(program)} maps {Ranges(mappings)}, more than the caller's own ID {Own(program)}: that needs {program}, which is not on "
        + "PATH (install the package uidmap or shadow-utils, or map the own ID alone as conex-runtime spec --rootless does)";

    internal static string Explain(string path, IReadOnlyList<LinuxIdMapping> mappings, string said)
    {
        string program = path[(path.LastIndexOf('/') + 1)..];
        if (!HasRights(path))
        {
            return $"{Prefix}{path} is not setuid root and has no file capabilities, so it cannot map IDs for an ordinary user "
                + $"(chmod u+s {path} as root, or install the package uidmap again)";
        }
        if (CurrentProcess.HasNoNewPrivileges)
        {
            return $"{Prefix}{path} gets no rights, since the caller has no_new_privs set "
                + "(start the runtime without it, or map the own ID alone as conex-runtime spec --rootless does)";
        }
        if (said.Contains("not allowed", StringComparison.Ordinal))
        {
            string file = IsUsers(program) ? "/etc/subuid" : "/etc/subgid";
            string user = UserName();
            string option = IsUsers(program) ? "--add-subuids" : "--add-subgids";
            return $"{Prefix}{Field(program)} maps {Ranges(mappings)}, but {file} {Given(file, user)} "
                + $"(usermod {option} FIRST-LAST {user} as root gives more)";
        }
        return $"{Prefix}{program} did not map {Ranges(mappings)}: {(said.Length == 0 ? "it said nothing" : said.Replace('\n', ' '))}";
    }

    private static bool IsUsers(string program) => program == "newuidmap";

    private static string Field(string program) => IsUsers(program) ? "linux.uidMappings" : "linux.gidMappings";

    private static uint Own(string program) => IsUsers(program) ? CurrentProcess.EffectiveUser : CurrentProcess.EffectiveGroup;

    private static string Ranges(IReadOnlyList<LinuxIdMapping> mappings) =>
        string.Join(", ", mappings.Select(m => Range(m.HostId, m.Size)));

    private static string Range(uint first, uint size) => size == 1 ? $"{first}" : $"{first}-{(ulong)first + size - 1}";

    private static bool HasRights(string path)
    {
        if (PathAt.Status(path) is { UserId: 0 } status && (status.Mode & SetUserId) != 0)
        {
            return true;
        }
        using FileHandle? directory = PathAt.TryOpen(PathAt.Current, path[..path.LastIndexOf('/')], OpenMode.Directory, out _);
        byte[] name = Encoding.UTF8.GetBytes(path[(path.LastIndexOf('/') + 1)..]);
        return directory is not null && ExtendedAttributes.ListAt(directory, name).Contains("security.capability");
    }

    private static string UserName()
    {
        string own = $"{CurrentProcess.EffectiveUser}";
        return Lines("/etc/passwd").FirstOrDefault(f => f.Length > 2 && f[2] == own)?[0] ?? own;
    }

    private static string Given(string file, string user)
    {
        string own = $"{CurrentProcess.EffectiveUser}";
        string[] ranges =
        [
            .. Lines(file)
                .Where(f => f.Length == 3 && (f[0] == user || f[0] == own) && uint.TryParse(f[1], out _) && uint.TryParse(f[2], out _))
                .Select(f => Range(uint.Parse(f[1]), uint.Parse(f[2]))),
        ];
        return ranges.Length == 0 ? $"gives user {user} nothing" : $"gives user {user} only {string.Join(", ", ranges)}";
    }

    private static IEnumerable<string[]> Lines(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(FileIo.ReadAll(file)).Split('\n').Select(l => l.Split(':'));
        }
        catch (KernelException)
        {
            return [];
        }
    }
}
