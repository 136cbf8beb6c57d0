using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Binds that show other owners than the disk has.</summary>
public sealed class IdMappedMountTests : IDisposable
{
    private const string Owners = "stat -c %u:%g /tmp/data/root /tmp/data/user";
    private readonly RuntimeHouse house = new();
    private readonly string source;

    public IdMappedMountTests()
    {
        source = $"{house.Place}/source";
        Directory.CreateDirectory(source);
        File.WriteAllText($"{source}/root", "");
        File.WriteAllText($"{source}/user", "");
        RunningProgram.Run("chown", ["7:8", $"{source}/user"]).Succeeded();
    }

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("bind", "idmap")]
    [InlineData("rbind", "ridmap")]
    [InlineData("bind", "ro")]
    public void Mappings_of_the_mount_decide_what_owners_it_shows(string bind, string option)
    {
        TestBundle bundle = house.NewBundle().Shell(Owners);
        Assert.Equal(["1000:3000", "1007:3008"], house.Run(Mapped(bundle, bind, option)).Succeeded().Lines);
    }

    [Fact]
    public void A_file_made_through_the_mount_belongs_on_the_disk_to_the_user_before_the_mapping()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithProcess(p =>
                p with
                {
                    User = new User { Uid = 1005, Gid = 3005 },
                }
            )
            .Shell("touch /tmp/data/open/new && stat -c %u:%g /tmp/data/open/new");
        Directory.CreateDirectory($"{source}/open");
        File.SetUnixFileMode($"{source}/open", (UnixFileMode)0x1FF);
        Assert.Equal("1005:3005", house.Run(Mapped(bundle, "bind", "idmap")).Text);
        Assert.Equal("5:5", RunningProgram.Run("stat", ["-c", "%u:%g", $"{source}/open/new"]).Text);
    }

    [Fact]
    public void In_a_user_namespace_the_option_alone_takes_the_containers_mapping()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .Mount("/tmp/data", "bind", source, "bind", "idmap")
            .Shell($"{Owners}; touch /tmp/data/new");
        Assert.Equal(["0:0", "7:8"], house.Run(bundle).Succeeded().Lines);
        Assert.Equal("0:0", RunningProgram.Run("stat", ["-c", "%u:%g", $"{source}/new"]).Text);
    }

    [Fact]
    public void A_read_only_mapped_bind_of_a_user_namespace_cannot_be_written()
    {
        TestBundle bundle = house
            .NewBundle()
            .WithUserNamespace()
            .Mount("/tmp/data", "bind", source, "bind", "idmap", "ro", "noexec")
            .Shell("touch /tmp/data/new || grep -o ' /tmp/data .*' /proc/mounts");
        CommandResult result = house.Run(bundle).Succeeded();
        Assert.Contains("ro,noexec", result.Text, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_joined_user_namespace_lends_its_mapping()
    {
        house.RunDetached(house.NewBundle().WithUserNamespace());
        TestBundle second = house
            .NewBundle("second")
            .AddNamespace("user", $"/proc/{house.InitPid}/ns/user")
            .Mount("/tmp/data", "bind", source, "bind", "idmap")
            .Shell(Owners);
        second.Write();
        CommandResult result = house.Do("run", "--bundle", second.Path, $"{house.Name}-b");
        house.Remove();
        Assert.Equal(["0:0", "7:8"], result.Succeeded().Lines);
    }

    [Theory]
    [InlineData("idmap=uids=0-500-1#7-600-1;gids=0-700-10", "500:700", "600:708")]
    [InlineData("idmap=uids=@0-3-10;gids=@0-4-10", "3:4", "10:12")]
    public void The_option_may_hold_the_mapping_itself(string option, string root, string user)
    {
        TestBundle bundle = house.NewBundle().Mount("/tmp/data", "bind", source, "bind", option).Shell(Owners);
        if (option.Contains('@'))
        {
            bundle.WithUserNamespace();
        }
        Assert.Equal([root, user], house.Run(bundle).Succeeded().Lines);
    }

    [Fact]
    public void The_recursive_option_maps_the_mounts_below_and_the_other_does_not()
    {
        Directory.CreateDirectory($"{source}/sub");
        TestBundle bundle = house.NewBundle();
        Mapped(bundle, "rbind", "idmap", "/one");
        Mapped(bundle, "rbind", "ridmap", "/all");
        bundle.Shell("stat -c %u:%g /one/root /one/sub/below /all/root /all/sub/below").Write();
        CommandResult result = MountTests.Unshared(
            $"mount -t tmpfs below {source}/sub && touch {source}/sub/below && {house.Program} --root {house.StateRoot} run -b {bundle.Path} {house.Id}"
        );
        Assert.Equal(["1000:3000", "0:0", "1000:3000", "1000:3000"], result.Succeeded().Lines);
    }

    [Fact]
    public void A_file_system_that_cannot_map_is_named() =>
        house
            .Run(Mapped(house.NewBundle(), "bind", "idmap", source: "/sys/kernel"))
            .FailedWith(1, "map the IDs of /sys/kernel for /tmp/data: invalid argument (EINVAL) (the file system sysfs cannot map IDs");

    [Fact]
    public void Without_any_mapping_the_option_is_an_error() =>
        house
            .Run(house.NewBundle().Mount("/tmp/data", "bind", source, "bind", "idmap"))
            .FailedWith(1, "option idmap without mappings takes the container's, which has no user namespace");

    private TestBundle Mapped(TestBundle bundle, string bind, string option, string destination = "/tmp/data", string? source = null) =>
        bundle.With(s =>
            s with
            {
                Mounts =
                [
                    .. s.Mounts!,
                    new Mount
                    {
                        Destination = destination,
                        Type = "bind",
                        Source = source ?? this.source,
                        Options = [bind, option],
                        UidMappings = [Mapping(1000)],
                        GidMappings = [Mapping(3000)],
                    },
                ],
            }
        );

    private static LinuxIdMapping Mapping(uint host) =>
        new()
        {
            ContainerId = 0,
            HostId = host,
            Size = 100,
        };
}
