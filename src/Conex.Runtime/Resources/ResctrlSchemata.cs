using System.Text;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Resources;

/// <summary>The text of a <c>schemata</c> file: a line for each resource, <c>L3:0=f;1=f0</c>.</summary>
internal static class ResctrlSchemata
{
    /// <summary>Checks that a class of service that exists already has the settings that are wanted.</summary>
    /// <exception cref="InvalidSpecException">It has others.</exception>
    internal static void Compare(string name, IReadOnlyList<string> wanted, string present)
    {
        Dictionary<(string Resource, string Domain), string> settings = [];
        foreach (string line in present.Split('\n'))
        {
            foreach ((string resource, string domain, string value) in Parse(line))
            {
                settings[(resource, domain)] = value;
            }
        }
        foreach (string line in wanted)
        {
            foreach ((string resource, string domain, string value) in Parse(line))
            {
                if (settings.GetValueOrDefault((resource, domain)) != value)
                {
                    throw new InvalidSpecException(
                        $"linux.intelRdt: the class of service {name} exists with other settings: \"{line}\" is not what its schemata says"
                    );
                }
            }
        }
    }

    /// <summary>Sets the settings of a group; lines that are not given stay as they are.</summary>
    /// <param name="root">Where resctrl is mounted.</param>
    /// <exception cref="InvalidSpecException">The processor refuses them; the kernel's own words are in the message.</exception>
    internal static void Write(string directory, string root, IReadOnlyList<string> lines)
    {
        try
        {
            WriteFile($"{directory}/schemata", $"{string.Join('\n', lines)}\n");
        }
        catch (KernelException e)
        {
            string status = PathAt.Status($"{root}/info/last_cmd_status") is null
                ? ""
                : Encoding.UTF8.GetString(FileIo.ReadAll($"{root}/info/last_cmd_status")).Trim();
            throw new InvalidSpecException($"linux.intelRdt: {e.Message}{(status.Length == 0 ? "" : $" ({status})")}");
        }
    }

    internal static void WriteFile(string path, string text)
    {
        using FileHandle file = PathAt.Open(path, OpenMode.Write | OpenMode.Create, 0x1A4);
        FileIo.Write(file, Encoding.UTF8.GetBytes(text), path);
    }

    private static List<(string Resource, string Domain, string Value)> Parse(string line)
    {
        List<(string, string, string)> settings = [];
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return settings;
        }
        string resource = line[..colon].Trim();
        foreach (string setting in line[(colon + 1)..].Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = setting.Split('=');
            // The kernel pads numbers with spaces and masks with zeros.
            string value = parts[^1].Trim().TrimStart('0').ToLowerInvariant();
            settings.Add((resource, parts[0].Trim(), value));
        }
        return settings;
    }
}
