using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What conex says about itself, and to those who mistype.</summary>
public sealed class CommandLineTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public static TheoryData<string> Commands =>
        [
            .. "run exec ps images version info attach completion create import inspect kill load logs rm rmi start stop top wait".Split(
                ' '
            ),
            .. "container,image,system,container run,container ls,container rm,image ls,image rm,image load,system info".Split(','),
        ];

    public void Dispose() => house.RequireClean();

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_explains_itself(string command)
    {
        CommandResult result = house.Do([.. command.Split(' '), "--help"]).Succeeded();

        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.Contains($"conex {command}", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void Help_needs_no_daemon()
    {
        using var alone = new EngineHouse(withBox: false);

        string help = alone.Ask("--help");

        Assert.Contains("Common Commands:", help, StringComparison.Ordinal);
        Assert.Contains("run", help, StringComparison.Ordinal);
        alone.Do("run", "--help").Succeeded();
        alone.Do("version", "--client").Succeeded();
        alone.Do("completion", "bash").Succeeded();
        Assert.Empty(alone.Daemons());
    }

    [Theory]
    [InlineData("bash", "bash -n")]
    [InlineData("zsh", "zsh -n")]
    [InlineData("fish", "fish --no-execute")]
    public void Completion_scripts_are_scripts(string shell, string check)
    {
        string script = house.Ask("completion", shell);

        Assert.Contains("conex", script, StringComparison.Ordinal);
        if (File.Exists($"/bin/{shell}"))
        {
            house.DoOnHost($"$CONEX completion {shell} | {check}").Succeeded();
        }
    }

    [Fact]
    public void Bash_completes_commands_options_and_containers()
    {
        house.RunSleeper("--name", "completed");
        string script = house.WriteFile(
            "complete.sh",
            """
            PATH="$(dirname "$CONEX"):$PATH"
            eval "$(conex completion bash)"
            complete_line() {
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
                "$(complete -p conex | sed 's/.*-F \([^ ]*\).*/\1/')" conex "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
                echo "${COMPREPLY[*]}"
            }
            complete_line conex ru
            complete_line conex run --memory-r
            complete_line conex logs comp
            """
        );

        string[] lines = house.DoProgram("/bin/bash", script).Succeeded().Lines;

        Assert.Equal(["run", "--memory-reservation", "completed"], lines.Select(l => l.Trim()));
    }

    [Fact]
    public void An_unknown_flag_and_an_unknown_command_name_what_helps()
    {
        CommandResult flag = house.Do("run", "--nonsense", "box").EndedWith(125);
        Assert.Contains("unknown flag: --nonsense", flag.Error, StringComparison.Ordinal);
        Assert.Contains("conex run --help", flag.Error, StringComparison.Ordinal);

        CommandResult shorthand = house.Do("ps", "-Z");
        Assert.NotEqual(0, shorthand.ExitCode);
        Assert.Contains("unknown shorthand flag: 'Z' in -Z", shorthand.Error, StringComparison.Ordinal);

        CommandResult command = house.Do("nonsense");
        Assert.NotEqual(0, command.ExitCode);
        Assert.Contains("nonsense", command.Error, StringComparison.Ordinal);
        Assert.Contains("--help", command.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("exec", "only-a-container")]
    [InlineData("logs")]
    [InlineData("rm")]
    [InlineData("ps", "surplus")]
    public void A_wrong_number_of_arguments_is_explained(params string[] arguments)
    {
        CommandResult result = house.Do(arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("argument", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Conex_answers_to_the_name_docker()
    {
        string docker = $"{house.Place}/docker-name/docker";
        Directory.CreateDirectory(Path.GetDirectoryName(docker)!);
        File.CreateSymbolicLink(docker, house.Programs.Conex);

        CommandResult help = house.DoProgram(docker, "run", "--help").Succeeded();

        Assert.Contains("docker run [OPTIONS] IMAGE", help.Output, StringComparison.Ordinal);
        Assert.Equal("hi", house.DoProgram(docker, "run", "--rm", "--network", "none", "box", "echo", "hi").Text);
    }
}
