using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>A configuration that is wrong is one clear sentence, exit code 1, and nothing left.</summary>
public sealed class BadConfigurationTests : IDisposable
{
    private const string Mount = """{"type":"mount"}""";

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("", "config.json")]
    [InlineData("not json", "config.json")]
    [InlineData("[]", "config.json")]
    [InlineData("{}", "ociVersion")]
    [InlineData("""{"ociVersion":"1.2.0"}""", "root.path")]
    [InlineData("""{"ociVersion":7}""", "ociVersion")]
    [InlineData("""{"ociVersion":"1.2.0","root":{"path":"rootfs"},"process":{"args":"sh","cwd":"/"}}""", "process.args")]
    [InlineData(
        """{"ociVersion":"1.2.0","root":{"path":"rootfs"},"process":{"args":["sh"],"cwd":"/","user":{"uid":-1}}}""",
        "process.user.uid"
    )]
    [InlineData("""{"ociVersion":"1.2.0","root":{"path":"rootfs"},"process":{"args":["sh"],"cwd":"/"}} trailing""", "config.json")]
    [InlineData("{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"ro\u0001otfs\"}}", "config.json")]
    public void Text_that_is_no_configuration(string text, string phrase) => Refused(text, phrase);

    [Theory]
    [InlineData("\"root\":{\"path\":\"missing\"}", "invalid rootfs: stat ")]
    [InlineData("\"root\":{\"path\":\"config.json\"}", "is not a directory")]
    [InlineData("\"process\":null", "config.json has no process")]
    [InlineData("\"process\":{\"args\":[],\"cwd\":\"/\"}", "process.args is empty")]
    [InlineData("\"process\":{\"args\":[\"\"],\"cwd\":\"/\"}", "process.args is empty")]
    [InlineData("\"process\":{\"args\":[\"true\"],\"cwd\":\"\"}", "is not absolute")]
    [InlineData("\"process\":{\"args\":[\"true\"]}", "cwd")]
    [InlineData("\"ociVersion\":\"2.0.0\"", "ociVersion 2.0.0 is not supported")]
    [InlineData("\"hooks\":{\"prestart\":[{\"path\":\"true\"}]}", "hooks.prestart[0].path \"true\" is not absolute")]
    [InlineData("\"linux\":{\"namespaces\":[{\"type\":\"nonsense\"}]}", "unknown namespace type \"nonsense\"")]
    [InlineData("\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"pid\"},{\"type\":\"pid\"}]}", "duplicate pid namespace")]
    [InlineData("\"linux\":{\"namespaces\":[]}", "needs a new mount namespace")]
    [InlineData("\"linux\":{\"namespaces\":[{\"type\":\"mount\",\"path\":\"/proc/self/ns/mnt\"}]}", "needs a new mount namespace")]
    [InlineData("\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"network\",\"path\":\"relative\"}]}", "is not absolute")]
    [InlineData(
        "\"linux\":{\"namespaces\":[" + Mount + "],\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NONSENSE\"}}",
        "unknown action \"SCMP_ACT_NONSENSE\""
    )]
    [InlineData("\"linux\":{\"namespaces\":[" + Mount + "],\"rootfsPropagation\":\"sideways\"}", "unknown value \"sideways\"")]
    [InlineData("\"linux\":{\"namespaces\":[" + Mount + "],\"timeOffsets\":{\"boottime\":{\"secs\":1}}}", "needs a new time namespace")]
    [InlineData(
        "\"linux\":{\"namespaces\":[" + Mount + "],\"resources\":{\"devices\":[{\"allow\":true,\"type\":\"z\"}]}}",
        "device rule of type 'z'"
    )]
    [InlineData("\"linux\":{\"namespaces\":[" + Mount + "],\"resources\":{\"memory\":{\"limit\":\"much\"}}}", "limit")]
    [InlineData(
        "\"linux\":{\"namespaces\":[" + Mount + "],\"personality\":{\"domain\":\"BSD\"}}",
        "linux.personality.domain: unknown \"BSD\""
    )]
    [InlineData(
        "\"linux\":{\"namespaces\":[" + Mount + "],\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"X\"]}}",
        "linux.personality.flags: no flags are supported"
    )]
    [InlineData(
        "\"process\":{\"args\":[\"true\"],\"cwd\":\"/\",\"scheduler\":{\"policy\":\"SCHED_NONSENSE\"}}",
        "process.scheduler: unknown policy \"SCHED_NONSENSE\""
    )]
    [InlineData(
        "\"process\":{\"args\":[\"true\"],\"cwd\":\"/\",\"ioPriority\":{\"class\":\"IOPRIO_CLASS_NONE\",\"priority\":1}}",
        "process.ioPriority: unknown class \"IOPRIO_CLASS_NONE\""
    )]
    [InlineData("\"mounts\":[{\"destination\":\"/x\"}]", "has neither a type nor a bind option")]
    [InlineData("\"mounts\":[{\"destination\":\"/x\",\"options\":[\"bind\"]}]", "has no source")]
    [InlineData("\"mounts\":[{\"source\":\"/x\"}]", "destination")]
    public void A_value_that_makes_no_sense(string member, string phrase) => Refused(Merge(member), phrase);

    [Fact]
    public void A_bundle_without_a_configuration()
    {
        TestBundle bundle = house.NewBundle();
        house.Do("run", "--bundle", bundle.Path, house.Id).FailedWith(1, "JSON specification file config.json not found");
        house.Do("run", "--bundle", "/no/such/bundle", house.Id).FailedWith(1, "JSON specification file config.json not found");
    }

    [Fact]
    public void Deep_nesting_and_long_texts_are_no_crash()
    {
        Refused(new string('[', 100_000), "config.json");
        Refused($"{{\"ociVersion\":\"{new string('1', 1 << 20)}\"}}", "");
    }

    private void Refused(string text, string phrase)
    {
        TestBundle bundle = house.NewBundle(Path.GetRandomFileName());
        File.WriteAllText($"{bundle.Path}/config.json", text);
        house.Do("create", "--bundle", bundle.Path, house.Id).FailedWith(1, phrase);
        house.Do("run", "--bundle", bundle.Path, house.Id).FailedWith(1, phrase);
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    /// <summary>A right configuration in which one member is replaced.</summary>
    private static string Merge(string member)
    {
        (string Name, string Text)[] parts =
        [
            ("ociVersion", "\"ociVersion\":\"1.2.0\""),
            ("root", "\"root\":{\"path\":\"rootfs\"}"),
            ("process", "\"process\":{\"args\":[\"true\"],\"cwd\":\"/\",\"env\":[\"PATH=/bin\"]}"),
            ("linux", "\"linux\":{\"namespaces\":[" + Mount + "]}"),
        ];
        IEnumerable<string> kept = parts.Where(p => !member.StartsWith($"\"{p.Name}\"", StringComparison.Ordinal)).Select(p => p.Text);
        return $"{{{string.Join(',', kept.Append(member))}}}";
    }
}
