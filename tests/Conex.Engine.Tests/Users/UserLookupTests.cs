using System.Text;
using Conex.Engine.Errors;
using Conex.Engine.Users;

namespace Conex.Engine.Tests.Users;

public sealed class UserLookupTests
{
    private static readonly IReadOnlyList<Account> Accounts = AccountFiles.ReadAccounts(
        Encoding.UTF8.GetBytes(
            "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken\nalice:x:1000:1001::/home/alice:/bin/sh\n1234:x:7:7::/odd:\n"
        )
    );

    private static readonly IReadOnlyList<Group> Groups = AccountFiles.ReadGroups(
        Encoding.UTF8.GetBytes("root:x:0:\nwheel:x:10:root,alice\naudio:x:29:alice\nusers:x:1001:\n")
    );

    [Theory]
    [InlineData("", 0, 0, "0,10", "/root")]
    [InlineData("0", 0, 0, "0,10", "/root")]
    [InlineData("root", 0, 0, "0,10", "/root")]
    [InlineData("alice", 1000, 1001, "1001,10,29", "/home/alice")]
    [InlineData("1000", 1000, 1001, "1001,10,29", "/home/alice")]
    [InlineData("alice:audio", 1000, 29, "29", "/home/alice")]
    [InlineData("alice:99", 1000, 99, "99", "/home/alice")]
    [InlineData("4711", 4711, 0, "0", "/")]
    [InlineData("4711:4712", 4711, 4712, "4712", "/")]
    [InlineData(":audio", 0, 29, "29", "/root")]
    [InlineData("1234", 7, 7, "7", "/odd")]
    public void A_user_is_numbers_groups_and_a_home(string user, uint uid, uint gid, string groups, string home)
    {
        ContainerUser resolved = UserLookup.Resolve(Accounts, Groups, user, null);

        Assert.Equal((uid, gid, home), (resolved.Uid, resolved.Gid, resolved.Home));
        Assert.Equal(groups, string.Join(',', resolved.Groups));
    }

    [Fact]
    public void Further_groups_are_added_once() =>
        Assert.Equal([1001u, 10, 29, 5], UserLookup.Resolve(Accounts, Groups, "alice", ["audio", "5", "10"]).Groups);

    [Theory]
    [InlineData("mallory", "unable to find user mallory: no matching entries in passwd file")]
    [InlineData("-1", "unable to find user -1: no matching entries in passwd file")]
    [InlineData("alice:nope", "unable to find group nope: no matching entries in group file")]
    [InlineData("4294967295", "uids and gids must be in range 0-2147483647")]
    public void What_cannot_be_found_is_dockers_sentence(string user, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidRequestException>(() => UserLookup.Resolve(Accounts, Groups, user, null)).Message);

    [Fact]
    public void An_image_without_files_has_numbers_only()
    {
        Assert.Equal(0u, UserLookup.Resolve([], [], "", null).Uid);
        Assert.Equal(5u, UserLookup.Resolve([], [], "5", null).Uid);
        Assert.Throws<InvalidRequestException>(() => UserLookup.Resolve([], [], "root", null));
    }
}
