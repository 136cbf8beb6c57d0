using Conex.Engine.Capabilities;
using Conex.Engine.Errors;

namespace Conex.Engine.Tests.Capabilities;

public sealed class CapabilitySelectionTests
{
    [Fact]
    public void Fourteen_are_the_default()
    {
        Assert.Equal(14, CapabilitySelection.Select(null, [], privileged: false).Count);
        Assert.All(CapabilityNames.Default, name => Assert.True(CapabilityNames.IsKnown(name)));
    }

    [Fact]
    public void Names_come_with_and_without_prefix_in_any_case()
    {
        IReadOnlyList<string> selected = CapabilitySelection.Select(
            ["net_admin", "CAP_SYS_TIME"],
            ["mknod", "cap_chown"],
            privileged: false
        );

        Assert.Equal(14, selected.Count);
        Assert.Contains("CAP_NET_ADMIN", selected);
        Assert.Contains("CAP_SYS_TIME", selected);
        Assert.DoesNotContain("CAP_MKNOD", selected);
        Assert.DoesNotContain("CAP_CHOWN", selected);
    }

    [Fact]
    public void All_can_be_dropped_and_added()
    {
        Assert.Equal(["CAP_KILL"], CapabilitySelection.Select(["KILL"], ["ALL"], privileged: false));
        Assert.Empty(CapabilitySelection.Select(null, ["all"], privileged: false));
        Assert.Equal(CapabilitySelection.Available, CapabilitySelection.Select(["ALL"], null, privileged: false));
        Assert.Equal(CapabilitySelection.Available, CapabilitySelection.Select(null, null, privileged: true));
        Assert.DoesNotContain("CAP_CHOWN", CapabilitySelection.Select(["ALL"], ["CHOWN"], privileged: false));
    }

    [Fact]
    public void An_unknown_name_is_dockers_sentence() =>
        Assert.Equal(
            "invalid CapAdd: unknown capability: \"CAP_FLY\"",
            Assert.Throws<InvalidRequestException>(() => CapabilitySelection.Select(["fly"], null, privileged: false)).Message
        );

    [Fact]
    public void A_mask_of_the_kernel_is_names() =>
        Assert.Equal(["CAP_CHOWN", "CAP_KILL", "CAP_CHECKPOINT_RESTORE"], CapabilityNames.InMask(1 | 1 << 5 | 1UL << 40));
}
