using Conex.Oci.RuntimeSpec;
using Conex.Runtime.Errors;
using Conex.Runtime.LaunchPlans;

namespace Conex.Runtime.Tests.LaunchPlans;

/// <summary>What does not fit into a plan is said before there is one.</summary>
public sealed class OversizedSpecTests
{
    [Fact]
    public void More_mounts_than_a_plan_can_number_are_refused() =>
        Refused(
            With([.. Enumerable.Range(0, 20_000).Select(i => TestSpecs.Entry($"/m{i}", "tmpfs", "tmpfs"))]),
            "more than 32767 results to remember between two system calls"
        );

    [Fact]
    public void More_text_than_a_process_needs_is_refused()
    {
        RuntimeSpec spec = TestSpecs.Minimal("mount");
        string[] variables = [.. Enumerable.Range(0, 70).Select(i => $"V{i}={new string('x', 1 << 20)}")];
        Refused(spec with { Process = spec.Process! with { Env = variables } }, "more than 64 MB of text");
    }

    [Fact]
    public void A_mount_point_deeper_than_a_path_can_be_is_refused() =>
        Refused(
            With([TestSpecs.Entry(string.Concat(Enumerable.Repeat("/a", 100_000)), "tmpfs", "tmpfs")]),
            "… is no path: it is longer than 4095 bytes"
        );

    [Fact]
    public void A_text_with_a_NUL_is_shown_with_it() =>
        Refused(With([TestSpecs.Entry("/a", "tm\0pfs", "tmpfs")]), "\"tm\\0pfs\" contains a NUL character");

    private static RuntimeSpec With(params Mount[] mounts) => TestSpecs.Minimal("mount") with { Mounts = mounts };

    private static void Refused(RuntimeSpec spec, string sentence)
    {
        Exception? error = Record.Exception(() => LaunchPlanCompiler.Compile(spec, TestSpecs.Options));
        Assert.True(error is FormatException or InvalidSpecException, $"{error}");
        Assert.Contains(sentence, error!.Message, StringComparison.Ordinal);
    }
}
