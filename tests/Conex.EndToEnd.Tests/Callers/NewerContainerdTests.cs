namespace Conex.EndToEnd.Tests.Callers;

/// <summary>The same with the containerd of a newer Debian, whose shim is another.</summary>
public sealed class NewerContainerdTests(NewerContainerd containerd) : ContainerdTests(containerd), IClassFixture<NewerContainerd>
{
    private readonly NewerContainerd containerd = containerd;

    [Fact]
    public void This_containerd_is_of_version_2() => Assert.Matches(@"Server:\s+Version:\s+v?2\.", containerd.Ask("version"));
}
