using Conex.EndToEnd.Tests.Support;
using Conex.Oci.RuntimeSpec;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The user namespaces of an ordinary user's containers: the own ID alone, or ranges that newuidmap and newgidmap write.</summary>
public sealed class RootlessMappingTests : IDisposable
{
    private const string Maps = "cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; id -u";
    private readonly OrdinaryUser user = new();

    private RuntimeHouse House => user.House;

    public void Dispose() => user.Dispose();

    [Fact]
    public void Root_inside_is_the_caller()
    {
        using RunningProgram run = House.BeginRun(user.NewBundle().Shell($"{Maps}; touch /made; echo ready; exec sleep 1000000"), "ready");
        string[] lines = Words(run.Output);
        Assert.Equal(["0 65533 1", "0 65533 1", "deny", "0", "ready"], lines);
        Assert.Contains(
            "\nUid:\t65533\t65533\t65533\t65533\n",
            File.ReadAllText($"/proc/{House.InitPid}/status"),
            StringComparison.Ordinal
        );
        Assert.Equal("65533 65533", Owner("bundle/rootfs/made"));
        House.Do("kill", House.Id, "KILL").Succeeded();
        run.Finish();
    }

    [Fact]
    public void Ranges_are_the_users_subordinate_IDs()
    {
        TestBundle bundle = user.NewMappedBundle()
            .WithProcess(p =>
                p with
                {
                    User = new User
                    {
                        Uid = 7,
                        Gid = 8,
                        AdditionalGids = [9, 10],
                    },
                }
            )
            .Shell($"{Maps}; id -G; touch /tmp/made");
        Assert.Equal(
            ["0 65533 1", "1 1000000 65535", "0 65533 1", "1 1000000 65535", "allow", "7", "8 9 10"],
            Words(House.Run(bundle).Succeeded().Output)
        );
        Assert.Equal("1000006 1000007", Owner("bundle/rootfs/tmp/made"));
    }

    [Fact]
    public void Root_inside_may_be_a_subordinate_ID()
    {
        LinuxIdMapping[] all = [OrdinaryUser.Mapping(0, OrdinaryUser.FirstSubordinate, OrdinaryUser.Subordinates)];
        TestBundle bundle = user.NewBundle().WithLinux(l => l with { UidMappings = all, GidMappings = all }).Shell(Maps);
        Assert.Equal(["0 1000000 65536", "0 1000000 65536", "allow", "0"], Words(House.Run(bundle).Succeeded().Output));
    }

    [Fact]
    public void Users_may_be_a_range_where_there_is_one_group()
    {
        TestBundle bundle = user.NewBundle()
            .WithLinux(l => l with { UidMappings = [OrdinaryUser.Own, OrdinaryUser.Subordinate] })
            .Shell(Maps);
        Assert.Equal(["0 65533 1", "1 1000000 65535", "0 65533 1", "deny", "0"], Words(House.Run(bundle).Succeeded().Output));
    }

    [Theory]
    [InlineData(
        true,
        "linux.uidMappings maps 65533, 2000000-2000009, but /etc/subuid gives user conex-tester only 1000000-1065535 (usermod --add-subuids"
    )]
    [InlineData(
        false,
        "linux.gidMappings maps 65533, 2000000-2000009, but /etc/subgid gives user conex-tester only 1000000-1065535 (usermod --add-subgids"
    )]
    public void A_range_that_is_not_the_users_is_refused_with_what_is(bool users, string sentence)
    {
        LinuxIdMapping[] foreign = [OrdinaryUser.Own, OrdinaryUser.Mapping(1, 2_000_000, 10)];
        TestBundle bundle = user.NewMappedBundle()
            .WithLinux(l => users ? l with { UidMappings = foreign } : l with { GidMappings = foreign });
        House.Run(bundle).FailedWith(1, sentence);
    }

    [Fact]
    public void Missing_programs_are_named_with_their_package()
    {
        TestBundle bundle = user.NewMappedBundle();
        bundle.Write();
        // unshare and setpriv are found before PATH changes.
        user.Shell($"PATH=/nowhere exec {user.Runtime} run -b {bundle.Path} {House.Id}")
            .FailedWith(1, "that needs newuidmap, which is not on PATH (install the package uidmap");
    }

    [Fact]
    public void A_program_without_rights_is_named_with_the_way_out()
    {
        TestBundle bundle = user.NewMappedBundle();
        bundle.Write();
        foreach (string program in (string[])["newuidmap", "newgidmap"])
        {
            Directory.CreateDirectory($"{House.Place}/bin");
            Executable.Copy(Product.OfMachine(program, "uidmap"), $"{House.Place}/bin/{program}");
        }
        user.Shell($"PATH={House.Place}/bin exec {user.Runtime} run -b {bundle.Path} {House.Id}")
            .FailedWith(1, $"{House.Place}/bin/newgidmap is not setuid root and has no file capabilities");
    }

    [Fact]
    public void With_no_new_privs_there_are_no_ranges()
    {
        TestBundle bundle = user.NewMappedBundle();
        bundle.Write();
        House
            .DoIn(s => s.Environment[OrdinaryUser.SetPriv] = "--no-new-privs", "run", "-b", bundle.Path, House.Id)
            .FailedWith(1, "gets no rights, since the caller has no_new_privs set");
        user.NewBundle("own").Write();
        House.DoIn(s => s.Environment[OrdinaryUser.SetPriv] = "--no-new-privs", "run", "-b", $"{House.Place}/own", House.Id).Succeeded();
    }

    [Fact]
    public void Without_a_user_namespace_there_is_no_container()
    {
        House
            .Run(user.NewBundle().WithoutNamespace("user").WithLinux(l => l with { UidMappings = null, GidMappings = null }))
            .FailedWith(1, "rootless container requires user namespaces")
            .FailedWith(1, "conex-runtime spec --rootless");
    }

    [Fact]
    public void IDs_that_are_not_mapped_are_named()
    {
        TestBundle bundle = user.NewBundle();
        House
            .Run(bundle.WithProcess(p => p with { User = new User { Uid = 7 } }))
            .FailedWith(1, "process.user.uid 7 is not mapped in the container's user namespace");
        House
            .Run(bundle.WithProcess(p => p with { User = new User { Gid = 8 } }))
            .FailedWith(1, "process.user.gid 8 is not mapped in the container's user namespace");
        House
            .Run(bundle.WithProcess(p => p with { User = new User { AdditionalGids = [0] } }))
            .FailedWith(1, "process.user.additionalGids: with one group mapped by an ordinary user the kernel denies setgroups(2)");
        House
            .Run(bundle.WithProcess(p => p with { User = new User() }).Mount("/tmp", "tmpfs", "tmpfs", "gid=5"))
            .FailedWith(1, "mount /tmp: option gid 5 is not mapped in the container's user namespace");
    }

    [Fact]
    public void Root_of_a_user_namespace_makes_containers_that_stay_in_it()
    {
        TestBundle bundle = user.NewBundle()
            .WithoutNamespace("user")
            .WithLinux(l => l with { UidMappings = null, GidMappings = null })
            .Shell($"{Maps}; echo x >/dev/null; stat -c '%t %T' /dev/null");
        bundle.Write();
        CommandResult result = user.Shell($"exec unshare --user --map-root-user --mount {user.Runtime} run -b {bundle.Path} {House.Id}");
        Assert.Equal(["0 65533 1", "0 65533 1", "deny", "0", "1 3"], Words(result.Succeeded().Output));
        // The state was written where this user's engines look for it.
        Assert.True(Directory.Exists($"{user.RuntimeDirectory}/conex-runtime"));
    }

    [Fact]
    public void A_container_may_join_the_user_namespace_of_another()
    {
        House.RunDetached(user.NewMappedBundle());
        int first = House.InitPid;
        TestBundle second = user.NewMappedBundle("second")
            .AddNamespace("user", $"/proc/{first}/ns/user")
            .AddNamespace("network", $"/proc/{first}/ns/net")
            .Shell("readlink /proc/self/ns/user");
        second.Write();
        CommandResult result = House.Do("run", "-b", second.Path, $"{House.Id}-2").Succeeded();
        Assert.Equal(new FileInfo($"/proc/{first}/ns/user").LinkTarget, result.Text);
        House.Remove();
    }

    private static string[] Words(string text) =>
        [.. text.TrimEnd('\n').Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];

    private string Owner(string path) => RunningProgram.Run("stat", ["-c", "%u %g", $"{House.Place}/{path}"]).Text;
}
