using Conex.Cli.Commands;
using Conex.CommandLine;
using Conex.CommandLine.Completions;

namespace Conex.Cli.Tests.Commands;

public sealed class CommandTreeTests
{
    private static readonly CommandProgram Program = new(CommandTree.Root("conex"));

    public static TheoryData<string> Paths()
    {
        var paths = new TheoryData<string>();
        Add(paths, Program.Root, "");
        return paths;
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_command_has_help_and_no_option_twice(string path)
    {
        var output = "";
        Assert.Equal(
            0,
            Program.Run([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"], text => output += text, Assert.Fail)
        );
        Assert.StartsWith($"Usage:  conex {path}".TrimEnd(), output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n\n", output, StringComparison.Ordinal);

        var command = Find(path);
        var options = command.Options?.Invoke().Options ?? [];
        Assert.Equal(options.Count, options.Select(static option => option.Name).Distinct(StringComparer.Ordinal).Count());
        var letters = options.Select(static option => option.Letter).Where(static letter => letter != '\0').ToArray();
        Assert.Equal(letters.Length, letters.Distinct().Count());
    }

    [Fact]
    public void Every_command_and_option_of_the_first_release_is_there()
    {
        string[] commands =
        [
            "run",
            "ps",
            "logs",
            "exec",
            "attach",
            "stop",
            "kill",
            "rm",
            "start",
            "wait",
            "inspect",
            "top",
            "images",
            "load",
            "import",
            "rmi",
            "version",
            "info",
            "completion",
            "create",
            "tag",
            "save",
            "history",
            "export",
            "diff",
            "commit",
        ];
        Assert.Empty(commands.Except(Program.Root.Subcommands!().Select(static command => command.Name), StringComparer.Ordinal));
        string[] options =
        [
            "detach",
            "interactive",
            "tty",
            "rm",
            "name",
            "env",
            "env-file",
            "volume",
            "mount",
            "tmpfs",
            "workdir",
            "user",
            "entrypoint",
            "hostname",
            "network",
            "memory",
            "cpus",
            "pids-limit",
            "read-only",
            "cap-add",
            "cap-drop",
            "privileged",
            "security-opt",
            "init",
            "label",
        ];
        var run = Find("run").Options!().Options.Select(static option => option.Name);
        Assert.Empty(options.Except(run, StringComparer.Ordinal));
    }

    [Fact]
    public void Called_as_docker_the_program_speaks_as_docker()
    {
        var error = "";
        Assert.Equal(1, new CommandProgram(CommandTree.Root("docker")).Run(["run"], Assert.Fail, text => error += text));
        Assert.StartsWith("docker: 'docker run' requires at least 1 argument\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_a_completion_script_for_every_shell() =>
        Assert.All(
            CompletionScript.Shells,
            static shell => Assert.Contains("pids-limit", CompletionScript.For(shell, Program.Root)!, StringComparison.Ordinal)
        );

    private static Command Find(string path)
    {
        var command = Program.Root;
        foreach (var word in path.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            command = command.Subcommands!().Single(child => child.Name == word);
        return command;
    }

    private static void Add(TheoryData<string> paths, Command command, string path)
    {
        paths.Add(path);
        foreach (var child in command.Subcommands?.Invoke() ?? [])
            Add(paths, child, $"{path} {child.Name}".Trim());
    }
}
