using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.Resources;

namespace Conex.Runtime.Tests.Resources;

/// <summary>linux.intelRdt against a directory that stands for resctrl: no test machine has such a processor.</summary>
public sealed class ResctrlGroupsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("conex-test-resctrl-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Without_a_class_the_container_gets_one_of_its_own_that_goes_with_it()
    {
        var rdt = new LinuxIntelRdt
        {
            L3CacheSchema = "L3:0=f;1=f0",
            MemBwSchema = "MB:0=20;1=70",
            Schemata = ["L2:0=3"],
        };
        var groups = ResctrlGroups.Find(rdt, "box", root);
        Assert.Equal([$"{root}/box"], groups.Tasks);
        Assert.Equal([$"{root}/box"], groups.Owned);
        Assert.False(Directory.Exists($"{root}/box"));
        groups.Make(rdt, root);
        groups.Join(42);
        Assert.Equal("L3:0=f;1=f0\nMB:0=20;1=70\nL2:0=3\n", File.ReadAllText($"{root}/box/schemata"));
        Assert.Equal("42", File.ReadAllText($"{root}/box/tasks"));
        Leave("box");
        groups.Remove();
        groups.Remove();
        Assert.Empty(Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public void Of_two_lines_for_the_bandwidth_the_dedicated_one_holds()
    {
        var rdt = new LinuxIntelRdt { L3CacheSchema = "L3:0=f\nMB:0=10", MemBwSchema = "MB:0=20" };
        ResctrlGroups.Find(rdt, "box", root).Make(rdt, root);
        Assert.Equal("L3:0=f\nMB:0=20\n", File.ReadAllText($"{root}/box/schemata"));
    }

    [Fact]
    public void A_class_that_exists_is_used_and_stays()
    {
        Class("gold", "    L3:0=0f;1=f0\n    MB:0=  20\n");
        var rdt = new LinuxIntelRdt
        {
            ClosId = "gold",
            L3CacheSchema = "L3:0=f",
            MemBwSchema = "MB:0=20",
        };
        var groups = ResctrlGroups.Find(rdt, "box", root);
        groups.Make(rdt, root);
        groups.Join(7);
        groups.Remove();
        Assert.Empty(groups.Owned);
        Assert.Equal("7", File.ReadAllText($"{root}/gold/tasks"));
        Assert.Equal("    L3:0=0f;1=f0\n    MB:0=  20\n", File.ReadAllText($"{root}/gold/schemata"));
    }

    [Theory]
    [InlineData("L3:0=ff")]
    [InlineData("L3:2=f")]
    [InlineData("L2:0=f")]
    public void A_class_that_exists_with_other_settings_is_an_error(string schema)
    {
        Class("gold", "L3:0=f;1=f0\n");
        Refused(new LinuxIntelRdt { ClosId = "gold", L3CacheSchema = schema }, "the class of service gold exists with other settings");
    }

    [Fact]
    public void A_class_that_does_not_exist_needs_a_schema()
    {
        Refused(new LinuxIntelRdt { ClosId = "gold" }, "the class of service gold does not exist");
        var groups = ResctrlGroups.Find(new LinuxIntelRdt { ClosId = "gold", Schemata = ["L3:0=f"] }, "box", root);
        Assert.Equal([$"{root}/gold"], groups.Owned);
    }

    [Fact]
    public void A_monitoring_group_lies_in_the_class_and_goes_before_it()
    {
        Directory.CreateDirectory($"{root}/box/mon_groups");
        var rdt = new LinuxIntelRdt { EnableMonitoring = true };
        var groups = ResctrlGroups.Find(rdt, "box", root);
        Assert.Equal([$"{root}/box/mon_groups/box", $"{root}/box"], groups.Owned);
        groups.Make(rdt, root);
        groups.Join(9);
        Assert.Equal("9", File.ReadAllText($"{root}/box/tasks"));
        Assert.Equal("9", File.ReadAllText($"{root}/box/mon_groups/box/tasks"));
    }

    [Fact]
    public void The_default_class_may_be_monitored_and_is_never_removed()
    {
        Directory.CreateDirectory($"{root}/mon_groups");
        var groups = ResctrlGroups.Find(new LinuxIntelRdt { ClosId = "/", EnableMonitoring = true }, "box", root);
        Assert.Equal([root, $"{root}/mon_groups/box"], groups.Tasks);
        Assert.Equal([$"{root}/mon_groups/box"], groups.Owned);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("..")]
    [InlineData("info")]
    [InlineData("a/b")]
    public void A_name_that_leads_elsewhere_is_refused(string name) =>
        Refused(new LinuxIntelRdt { ClosId = name, Schemata = ["L3:0=f"] }, $"\"{name}\" is no name of a class of service");

    [Fact]
    public void A_host_without_it_is_an_error()
    {
        Assert.SkipWhen(
            File.ReadAllText("/proc/self/mountinfo").Contains(" - resctrl ", StringComparison.Ordinal),
            "this host has resctrl"
        );
        Assert.Contains(
            "no resctrl file system is mounted",
            Assert.Throws<InvalidSpecException>(ResctrlGroups.FindRoot).Message,
            StringComparison.Ordinal
        );
    }

    private void Class(string name, string schemata)
    {
        Directory.CreateDirectory($"{root}/{name}");
        File.WriteAllText($"{root}/{name}/schemata", schemata);
    }

    /// <summary>The files of a group vanish with it in resctrl, not in a directory.</summary>
    private void Leave(string name)
    {
        foreach (string file in Directory.GetFiles($"{root}/{name}"))
        {
            File.Delete(file);
        }
    }

    private void Refused(LinuxIntelRdt rdt, string sentence) =>
        Assert.Contains(
            sentence,
            Assert.Throws<InvalidSpecException>(() => ResctrlGroups.Find(rdt, "box", root)).Message,
            StringComparison.Ordinal
        );
}
