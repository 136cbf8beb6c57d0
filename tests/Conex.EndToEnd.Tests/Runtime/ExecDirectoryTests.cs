using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The working directory of an exec lies in the container, whatever the container makes of its path (CVE-2024-21626).</summary>
public sealed class ExecDirectoryTests : IDisposable
{
    private const string Secret = "secret of the host";
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    private string Climb => $"pwd; cat .{house.Place}/secret ../../../../../../../../../..{house.Place}/secret; true";

    [Fact]
    public void It_cannot_be_a_descriptor_of_the_host()
    {
        house.WriteFile("secret", Secret);
        house.RunDetached(house.NewBundle());
        for (int descriptor = 3; descriptor < 24; descriptor++)
        {
            using RunningProgram exec = Leaking("exec", "--cwd", $"/proc/self/fd/{descriptor}", house.Id, "sh", "-c", Climb);
            CommandResult result = exec.Finish();
            Assert.Equal(255, result.ExitCode);
            Assert.DoesNotContain(Secret, result.Output, StringComparison.Ordinal);
        }
        house.Remove();
    }

    [Fact]
    public void It_cannot_be_one_although_the_container_exchanges_the_path_for_links_meanwhile()
    {
        const int tries = 60;
        house.WriteFile("secret", Secret);
        string swap = string.Join(
            ' ',
            Enumerable
                .Range(3, 18)
                .Select(d =>
                    $"ln -s /proc/self/fd/{d} /tmp/l; mv -T /tmp/l /tmp/work; mkdir /tmp/d; rm /tmp/work; mv -T /tmp/d /tmp/work; rmdir /tmp/work;"
                )
        );
        TestBundle bundle = house.NewBundle().Shell($"echo ready; while :; do {swap} done");
        using RunningProgram run = house.BeginRun(bundle, until: "ready");
        int entered = 0;
        for (int i = 0; i < tries; i++)
        {
            using RunningProgram exec = Leaking("exec", "--cwd", "/tmp/work", house.Id, "sh", "-c", Climb);
            CommandResult result = exec.Finish();
            Assert.DoesNotContain(Secret, result.Output, StringComparison.Ordinal);
            Assert.True(result.ExitCode is 0 or 255, result.ToString());
            entered += result.ExitCode == 0 ? 1 : 0;
        }
        house.Do("kill", house.Id, "KILL").Succeeded();
        run.Finish();
        Assert.InRange(entered, 1, tries);
    }

    /// <summary>The runtime with descriptors of the host's directories, as a careless caller leaves them open.</summary>
    private RunningProgram Leaking(params string[] arguments) =>
        RunningProgram.Start(
            Product.OfMachine("bash", "bash"),
            ["-c", "exec 7</ 8</etc 15</ 20</; exec \"$@\"", "bash", house.Program, "--root", house.StateRoot, .. arguments]
        );
}
