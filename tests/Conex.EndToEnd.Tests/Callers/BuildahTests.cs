using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Callers;

/// <summary>buildah runs the steps of a build with this runtime.</summary>
public sealed class BuildahTests(Buildah buildah) : IClassFixture<Buildah>
{
    [Fact]
    public void Run()
    {
        CommandResult result = buildah.Run("box", "--", "sh", "-c", "echo out; echo err >&2; exit 3").EndedWith(3);

        Assert.Equal("out\n", result.Output);
        Assert.StartsWith("err\n", result.Error, StringComparison.Ordinal);
        Assert.Equal("hello", buildah.DoWithInput("hello", ["run", .. Buildah.RunOptions, "box", "--", "cat"]).Text);
    }

    [Theory]
    [InlineData("no-such-program", "executable file not found in $PATH")]
    [InlineData("/etc/passwd", "permission denied")]
    public void A_program_that_cannot_run(string program, string phrase)
    {
        CommandResult result = buildah.Run("box", "--", program).EndedWith(1);

        Assert.Contains($"unable to start container process: exec: \"{program}\": {phrase}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_run_hold()
    {
        Directory.CreateDirectory($"{buildah.House.Place}/shown");
        string[] lines = buildah
            .Run([
                .. (string[])["--volume", $"{buildah.House.Place}/shown:/shown:ro", "--user", "1000", "--workingdir", "/etc"],
                .. (string[])["--hostname", "there", "--env", "A=b", "--cap-drop", "CAP_CHOWN", "box", "--", "sh", "-c"],
                "id -u; pwd; hostname; echo $A; touch /shown/x 2>&1 | grep -o Read-only; grep Seccomp: /proc/self/status",
            ])
            .Succeeded()
            .Lines;

        Assert.Equal(["1000", "/etc", "there", "b", "Read-only", "Seccomp:\t2"], lines);
    }

    [Fact]
    public void A_terminal()
    {
        using var terminal = new PseudoTerminal(24, 80);
        using RunningProgram run = buildah.Begin(terminal, ["run", .. Buildah.RunOptions, "--tty", "box", "--", "sh"]);
        terminal.WaitFor("# ");
        // This buildah tells of the first size alone.
        terminal.Type("tty; stty size; exit 9\n");
        terminal.WaitFor("/dev/pts/");
        terminal.WaitFor("24 80");
        run.WaitForExit().EndedWith(9);
    }

    [Fact]
    public void A_build_runs_its_steps()
    {
        string context = $"{buildah.House.Place}/context";
        Directory.CreateDirectory(context);
        File.Copy(TestImages.BoxTar, $"{context}/box.tar");
        File.WriteAllText(
            $"{context}/Dockerfile",
            "FROM scratch\nADD box.tar /\nRUN echo built >/made\nUSER 1000\nRUN echo $(cat /made) by $(id -u)\nRUN exit 5\n"
        );

        CommandResult result = buildah.Do(["build", .. Buildah.RunOptions, "--no-cache", "--tag", "made", context]).EndedWith(5);
        Assert.Contains("\nbuilt by 1000\n", result.Output, StringComparison.Ordinal);
    }
}
