using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>AppArmor profiles and SELinux labels on a host that has neither; the virtual machine shows a host with AppArmor.</summary>
public sealed class LabelTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public LabelTests() =>
        Assert.SkipWhen(
            Directory.Exists("/sys/fs/selinux") || Directory.Exists("/sys/kernel/security/apparmor"),
            "this host has a security module that takes labels"
        );

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_profile_that_nothing_enforces_aborts_the_start() =>
        house
            .Run(house.NewBundle().WithProcess(p => p with { ApparmorProfile = "box" }))
            .FailedWith(1, "apply the AppArmor profile box: invalid argument (EINVAL) (AppArmor is not active on this host)");

    [Fact]
    public void A_label_that_nothing_enforces_aborts_the_start()
    {
        TestBundle bundle = house.NewBundle().WithProcess(p => p with { SelinuxLabel = "system_u:system_r:container_t:s0:c1,c2" });
        house.Run(bundle, "--no-new-keyring").FailedWith(1, "(SELinux is not active on this host, or its policy does not know the label)");
        house.Run(bundle).FailedWith(1, "SELinux");
    }

    [Fact]
    public void A_mount_label_that_nothing_enforces_aborts_the_start() =>
        house
            .Run(house.NewBundle().WithLinux(l => l with { MountLabel = "system_u:object_r:container_file_t:s0" }))
            .FailedWith(1, "context");

    [Fact]
    public void An_exec_in_a_container_without_a_profile_can_have_one_of_its_own_or_fails()
    {
        house.RunDetached(house.NewBundle());
        string process = house.WriteFile("process.json", """{"args":["true"],"cwd":"/","env":["PATH=/bin"],"apparmorProfile":"box"}""");
        CommandResult result = house.Do("exec", "--process", process, house.Id);
        house.Remove();
        result.FailedWith(255, "AppArmor is not active on this host");
    }
}
