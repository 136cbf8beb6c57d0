using Conex.Linux.SyscallPrograms;
using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;
using Conex.Runtime.State;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>What adding mounts to a container that is there compiles to, and removing them.</summary>
public sealed class MountAdditionTests
{
    /// <summary>Where the tests' starter has the mount namespace.</summary>
    private const int MountNamespace = 9;

    private const ulong Namespaces = NamespaceSet.Mount | NamespaceSet.Pid | NamespaceSet.Ipc;

    private static readonly LinuxIdMapping[] Mapping =
    [
        new()
        {
            ContainerId = 0,
            HostId = 100000,
            Size = 65536,
        },
    ];

    private static readonly AddedMount[] Mounted = [new() { Path = "/b/c", Id = 0x80000002 }, new() { Path = "/b", Id = 0x80000001 }];

    [Fact]
    public void Sources_are_opened_on_the_host_and_attached_in_the_container()
    {
        LaunchPlan plan = Add(
            TestSpecs.Entry("/data", "bind", "/srv/data", "rbind", "ro"),
            TestSpecs.Entry("/shared", "bind", "/srv/shared", "bind", "rshared"),
            TestSpecs.Entry("/disk", "ext4", "/dev/vdb", "noexec"),
            TestSpecs.Entry("/run/tmp", "tmpfs", "tmpfs", "mode=700", "ro")
        );
        // A bind that passes mounts on comes last, as at a start.
        Assert.Equal(["/data", "/disk", "/run/tmp", "/shared"], plan.Added.Select(m => m.Destination));
        GoldenFile.Matches("mounts-add.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Fact]
    public void In_a_user_namespace_sources_are_opened_with_its_rights()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount", "pid", "user");
        spec = spec with
        {
            Linux = spec.Linux! with { UidMappings = Mapping, GidMappings = Mapping },
            Mounts = [TestSpecs.Entry("/data", "bind", "/srv/data", "bind")],
        };
        LaunchPlan plan = MountPlanCompiler.Add(spec, NamespaceSet.Mount | NamespaceSet.Pid | NamespaceSet.User, TestSpecs.Options);
        Assert.True(plan.IsInUserNamespace);
        GoldenFile.Matches("mounts-add-user-namespace.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Fact]
    public void All_mounts_are_found_and_compared_before_one_is_removed() =>
        GoldenFile.Matches(
            "mounts-remove.plan",
            SyscallProgramListing.Print(MountPlanCompiler.Remove(Namespaces, Mounted, MountNamespace).Program)
        );

    [Fact]
    public void What_is_taken_back_is_named_by_no_path_of_the_container()
    {
        LaunchPlan plan = MountPlanCompiler.TakeBack(Namespaces, 2, MountNamespace);
        Assert.Equal(2, plan.Mounts.Count);
        GoldenFile.Matches("mounts-take-back.plan", SyscallProgramListing.Print(plan.Program));
    }

    [Theory]
    [InlineData("/", "tmpfs", "", "mount /: the root of a container that is there cannot be covered")]
    [InlineData("/d/..", "tmpfs", "", "mount /: the root of a container that is there cannot be covered")]
    [InlineData("/d", "tmpfs", "remount", "mount /d: option remount changes what is there, and only new mounts can be added")]
    [InlineData("/d", "bind", "bind,copy-symlink", "mount /d: option copy-symlink makes a link, and only mounts can be added")]
    [InlineData("/d", "proc", "", "mount /d: proc is mounted at the start alone, where it is masked: bind what is needed of it")]
    [InlineData("/d", "sysfs", "", "mount /d: sysfs is mounted at the start alone, where it is masked: bind what is needed of it")]
    [InlineData("/d", "cgroup", "", "mount /d: cgroup is mounted at the start alone, where it is masked: bind what is needed of it")]
    [InlineData("/proc/self", "tmpfs", "", "mount /proc/self: a mount inside /proc is refused, it could hide what the runtime relies on")]
    [InlineData("/d", "ramfs", "tmpcopyup", "mount /d: option tmpcopyup is for tmpfs alone")]
    public void What_cannot_be_added_is_one_sentence(string destination, string type, string options, string sentence) =>
        Assert.Equal(
            sentence,
            Assert.Throws<InvalidSpecException>(() => Add(TestSpecs.Entry(destination, type, "source", options.Split(',')))).Message
        );

    [Fact]
    public void An_ordinary_user_maps_no_IDs() =>
        Assert.Contains(
            "mapping the IDs of a mount needs root of the host",
            Assert
                .Throws<InvalidSpecException>(() =>
                    MountPlanCompiler.Add(
                        TestSpecs.Minimal("mount") with
                        {
                            Mounts =
                            [
                                TestSpecs.Entry("/d", "bind", "/srv/d", "bind") with
                                {
                                    UidMappings = Mapping,
                                    GidMappings = Mapping,
                                },
                            ],
                        },
                        Namespaces,
                        TestSpecs.Options with
                        {
                            IsOrdinaryUser = true,
                        }
                    )
                )
                .Message,
            StringComparison.Ordinal
        );

    private static LaunchPlan Add(params Mount[] mounts) =>
        MountPlanCompiler.Add(TestSpecs.Minimal("mount", "pid", "ipc") with { Mounts = mounts }, Namespaces, TestSpecs.Options);
}
