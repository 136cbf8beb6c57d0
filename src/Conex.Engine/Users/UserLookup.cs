using Conex.Engine.Errors;
using Conex.Images.Trees;

namespace Conex.Engine.Users;

/// <summary>Turns <c>user[:group]</c> into numbers by the container's own passwd(5) and group(5), with docker's rules and messages.</summary>
internal static class UserLookup
{
    private const uint Highest = int.MaxValue;

    // A user database is text for people; more than this is an attack on the engine's memory.
    private const int LargestFile = 4 << 20;

    /// <param name="user">Empty: root.</param>
    /// <param name="added">Further groups, names or numbers.</param>
    /// <exception cref="InvalidRequestException">A name is in neither file, or a number is out of range.</exception>
    internal static ContainerUser Resolve(LayeredTree tree, string user, IReadOnlyList<string>? added)
    {
        IReadOnlyList<Account> accounts = AccountFiles.ReadAccounts(tree.TryRead("etc/passwd", LargestFile));
        IReadOnlyList<Group> groups = AccountFiles.ReadGroups(tree.TryRead("etc/group", LargestFile));
        return Resolve(accounts, groups, user, added);
    }

    internal static ContainerUser Resolve(
        IReadOnlyList<Account> accounts,
        IReadOnlyList<Group> groups,
        string user,
        IReadOnlyList<string>? added
    )
    {
        int colon = user.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? user : user[..colon];
        string groupName = colon < 0 ? "" : user[(colon + 1)..];
        Account? account = FindAccount(accounts, name);
        uint uid = account?.Uid ?? (name.Length == 0 ? 0 : UserNumber(name));
        uint gid = account?.Gid ?? 0;
        List<uint> supplementary = [];
        if (groupName.Length > 0)
        {
            gid = FindGroup(groups, groupName) ?? GroupNumber(groupName);
        }
        else if (account is { } member)
        {
            supplementary.AddRange(groups.Where(group => group.Members.Contains(member.Name, StringComparer.Ordinal)).Select(g => g.Gid));
        }
        supplementary.AddRange((added ?? []).Select(one => FindGroup(groups, one) ?? GroupNumber(one)));
        supplementary.Insert(0, gid);
        string home = account is { Home.Length: > 0 } ? account.Value.Home : "/";
        return new ContainerUser(uid, gid, [.. supplementary.Distinct()], home);
    }

    private static Account? FindAccount(IReadOnlyList<Account> accounts, string name)
    {
        bool isNumber = AccountFiles.Number(name.Length == 0 ? "0" : name, out uint uid);
        foreach (Account account in accounts)
        {
            if (string.Equals(account.Name, name, StringComparison.Ordinal) || (isNumber && account.Uid == uid))
            {
                return account;
            }
        }
        return null;
    }

    private static uint? FindGroup(IReadOnlyList<Group> groups, string name)
    {
        bool isNumber = AccountFiles.Number(name, out uint gid);
        foreach (Group group in groups)
        {
            if (string.Equals(group.Name, name, StringComparison.Ordinal) || (isNumber && group.Gid == gid))
            {
                return group.Gid;
            }
        }
        return null;
    }

    private static uint UserNumber(string name) =>
        AccountFiles.Number(name, out uint uid)
            ? InRange(uid)
            : throw new InvalidRequestException($"unable to find user {name}: no matching entries in passwd file");

    private static uint GroupNumber(string name) =>
        AccountFiles.Number(name, out uint gid)
            ? InRange(gid)
            : throw new InvalidRequestException($"unable to find group {name}: no matching entries in group file");

    private static uint InRange(uint number) =>
        number <= Highest ? number : throw new InvalidRequestException($"uids and gids must be in range 0-{Highest}");
}
