using System.Text;

namespace Conex.Engine.Users;

/// <summary>A line of passwd(5).</summary>
internal readonly record struct Account(string Name, uint Uid, uint Gid, string Home);

/// <summary>A line of group(5).</summary>
internal readonly record struct Group(string Name, uint Gid, string[] Members);

/// <summary>Reads passwd(5) and group(5) as libc does: broken lines and comments are passed over.</summary>
internal static class AccountFiles
{
    internal static IReadOnlyList<Account> ReadAccounts(byte[]? passwd)
    {
        List<Account> accounts = [];
        foreach (string[] fields in Lines(passwd))
        {
            if (fields.Length >= 4 && Number(fields[2], out uint uid) && Number(fields[3], out uint gid))
            {
                accounts.Add(new Account(fields[0], uid, gid, fields.Length > 5 ? fields[5] : ""));
            }
        }
        return accounts;
    }

    internal static IReadOnlyList<Group> ReadGroups(byte[]? group)
    {
        List<Group> groups = [];
        foreach (string[] fields in Lines(group))
        {
            if (fields.Length >= 3 && Number(fields[2], out uint gid))
            {
                string[] members = fields.Length > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries) : [];
                groups.Add(new Group(fields[0], gid, members));
            }
        }
        return groups;
    }

    /// <summary>Whether text is a user or group number at all; signs and blanks make it a name.</summary>
    internal static bool Number(string text, out uint number) =>
        uint.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);

    private static IEnumerable<string[]> Lines(byte[]? file)
    {
        if (file is null)
        {
            yield break;
        }
        foreach (string raw in Encoding.UTF8.GetString(file).Split('\n'))
        {
            string line = raw.Trim();
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line.Split(':');
            }
        }
    }
}
