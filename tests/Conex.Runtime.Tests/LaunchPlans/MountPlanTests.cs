using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>What mounts with options compile to.</summary>
public sealed class MountPlanTests
{
    private static readonly LinuxIdMapping[] Mapping =
    [
        new()
        {
            ContainerId = 0,
            HostId = 1000,
            Size = 10,
        },
    ];

    [Fact]
    public void Options_become_calls_in_the_order_of_the_mounts()
    {
        LaunchPlan plan = Compile(
            TestSpecs.Entry("/a", "tmpfs", "tmpfs", "tmpcopyup", "ro", "size=1m"),
            TestSpecs.Entry("/b", "tmpfs", "tmpfs", "mode=700", "iversion", "sync", "nosuid", "strictatime"),
            TestSpecs.Entry("/b", "tmpfs", "tmpfs", "remount", "size=2m", "async", "noexec", "rslave"),
            TestSpecs.Entry("/c", "bind", "/srv/c", "rbind", "rro", "ratime", "src-nofollow", "dest-nofollow"),
            TestSpecs.Entry("/d", "bind", "/srv/d", "rbind", "ro", "ridmap") with
            {
                UidMappings = Mapping,
                GidMappings = Mapping,
            }
        );
        CopyUp copy = Assert.Single(plan.CopyUps);
        Assert.Equal(("/a", false), (copy.Path, copy.KeepOwner));
        IdMappedSource source = Assert.Single(plan.IdMappedSources);
        Assert.Equal(
            ("/srv/d", "/d", true, true, true),
            (source.Path, source.Destination, source.Recursive, source.Follow, source.MapRecursive)
        );
        Assert.Equal(Mapping, source.Map.Users);
        GoldenFile.Matches("mount-options.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Theory]
    [InlineData("rbind", true)]
    [InlineData("bind", false)]
    [InlineData("rbind,idmap", false)]
    [InlineData("rbind,ridmap", true)]
    public void Mappings_without_an_option_hold_for_as_much_as_is_bound(string options, bool recursive)
    {
        LaunchPlan plan = Compile(
            TestSpecs.Entry("/d", "bind", "/srv/d", options.Split(',')) with
            {
                UidMappings = Mapping,
                GidMappings = Mapping,
            }
        );
        Assert.Equal(recursive, Assert.Single(plan.IdMappedSources).MapRecursive);
    }

    [Theory]
    [InlineData("idmap=uids=0-1-2", "option idmap needs both uids= and gids=")]
    [InlineData("idmap=users=0-1-2", "option idmap takes uids= and gids=, not \"users=0-1-2\"")]
    [InlineData("idmap=uids=0-1;gids=0-1-2", "\"0-1\" is not FROM-TO-LENGTH")]
    [InlineData("idmap=uids=0--1-2;gids=0-1-2", "\"0--1-2\" is not FROM-TO-LENGTH")]
    [InlineData("idmap=uids=@0-1-2;gids=0-1-2", "\"@0-1-2\" is not within one range of the container's mappings")]
    public void A_mapping_that_is_none_is_named(string option, string sentence) =>
        Refused(sentence, TestSpecs.Entry("/d", "bind", "/srv/d", "bind", option));

    [Fact]
    public void Only_binds_map_ids() =>
        Refused(
            "id-mapped mounts are only supported for bind mounts",
            TestSpecs.Entry("/d", "tmpfs", "tmpfs", "idmap=uids=0-1-2;gids=0-1-2")
        );

    [Fact]
    public void A_mapping_of_users_alone_is_refused() =>
        Refused(
            "id-mapped mounts must have both uid and gid mappings specified",
            TestSpecs.Entry("/d", "bind", "/srv/d", "bind") with
            {
                UidMappings = Mapping,
            }
        );

    [Fact]
    public void Only_a_tmpfs_begins_with_a_copy() =>
        Refused("option tmpcopyup is for tmpfs alone", TestSpecs.Entry("/d", "ramfs", "ramfs", "tmpcopyup"));

    private static LaunchPlan Compile(params Mount[] mounts) =>
        LaunchPlanCompiler.Compile(TestSpecs.Minimal("mount") with { Mounts = mounts }, TestSpecs.Options);

    private static void Refused(string sentence, Mount mount) =>
        Assert.Contains(sentence, Assert.Throws<InvalidSpecException>(() => Compile(mount)).Message, StringComparison.Ordinal);
}
