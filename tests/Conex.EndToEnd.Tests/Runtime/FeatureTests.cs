using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary><c>features</c> has the members of the specification, and what it lists is taken.</summary>
public sealed class FeatureTests : IDisposable
{
    private readonly RuntimeHouse house = new();
    private readonly JsonElement features;

    public FeatureTests()
    {
        using var document = JsonDocument.Parse(house.Do("features").Succeeded().Output);
        features = document.RootElement.Clone();
    }

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("", "ociVersionMin ociVersionMax hooks mountOptions linux annotations potentiallyUnsafeConfigAnnotations")]
    [InlineData("linux", "namespaces capabilities cgroup seccomp apparmor selinux intelRdt memoryPolicy mountExtensions netDevices")]
    [InlineData("linux.cgroup", "v1 v2 systemd systemdUser rdma")]
    [InlineData("linux.seccomp", "enabled actions operators archs knownFlags supportedFlags")]
    [InlineData("linux.intelRdt", "enabled schemata monitoring")]
    [InlineData("linux.memoryPolicy", "modes flags")]
    public void The_document_has_the_members_of_the_specification(string path, string members) =>
        Assert.Equal(members, string.Join(' ', At(path).EnumerateObject().Select(member => member.Name)));

    [Theory]
    [InlineData(
        "linux.seccomp.actions",
        9,
        """{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","syscalls":[{"names":["mkdir"],"action":"*"}]}"""
    )]
    [InlineData(
        "linux.seccomp.operators",
        7,
        """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"op":"*"}]}]}"""
    )]
    [InlineData("linux.seccomp.archs", 2, """{"defaultAction":"SCMP_ACT_ALLOW","architectures":["*"]}""")]
    [InlineData(
        "linux.seccomp.supportedFlags",
        4,
        """{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/s","flags":["*"],"syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]}"""
    )]
    public void What_is_listed_of_seccomp_is_taken_and_nothing_else(string path, int count, string profile)
    {
        string[] names = [.. At(path).EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal(count, names.Distinct().Count());
        Assert.All(names, name => Plan(name).Succeeded());
        Assert.Equal(
            names,
            At(path.Replace("supportedFlags", "knownFlags", StringComparison.Ordinal)).EnumerateArray().Select(name => name.GetString()!)
        );
        Plan("SCMP_OF_TOMORROW").FailedWith(1, "SCMP_OF_TOMORROW");

        CommandResult Plan(string name) => PlanWith($"\"seccomp\":{profile.Replace("*", name, StringComparison.Ordinal)}");
    }

    [Fact]
    public void Every_namespace_of_the_list_is_made()
    {
        foreach (string name in At("linux.namespaces").EnumerateArray().Select(name => name.GetString()!).Where(name => name != "mount"))
        {
            string mapping = """[{"containerID":0,"hostID":0,"size":1}]""";
            string user = name == "user" ? $",\"uidMappings\":{mapping},\"gidMappings\":{mapping}" : "";
            PlanWith($"\"namespaces\":[{{\"type\":\"mount\"}},{{\"type\":\"{name}\"}}]{user}", namespaces: "").Succeeded();
        }
    }

    [Fact]
    public void Capabilities_are_those_of_the_kernel()
    {
        int last = int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"));
        string[] names = [.. At("linux.capabilities").EnumerateArray().Select(name => name.GetString()!)];
        Assert.InRange(names.Length, Math.Min(last + 1, 41), 64);
        Assert.Equal("CAP_CHOWN", names[0]);
        Assert.Equal("CAP_CHECKPOINT_RESTORE", names[40]);
        Assert.All(names, name => Assert.StartsWith("CAP_", name, StringComparison.Ordinal));
    }

    private JsonElement At(string path) =>
        path.Length == 0 ? features : path.Split('.').Aggregate(features, (element, name) => element.GetProperty(name));

    private CommandResult PlanWith(string linux, string namespaces = "\"namespaces\":[{\"type\":\"mount\"}],")
    {
        string bundle = Path.GetDirectoryName(
            house.WriteFile(
                "plan/config.json",
                $$$"""{"ociVersion":"1.3.0","root":{"path":"."},"process":{"args":["/x"],"cwd":"/"},"linux":{{{{namespaces}}}{{{linux}}}}}"""
            )
        )!;
        return house.Do("plan", "--bundle", bundle);
    }
}
