namespace Conex.CommandLine.Tests.Help;

public sealed class HelpTextTests
{
    private static string Help(params string[] words)
    {
        var output = "";
        Assert.Equal(0, SampleProgram.Docker().Run(words, text => output += text, static text => Assert.Fail(text)));
        return output;
    }

    [Fact]
    public void Options_stand_in_columns_sorted_and_wrapped() =>
        Assert.Equal(
            """
            Usage:  conex run [OPTIONS] IMAGE [COMMAND] [ARG...]

            Create and run a new container from an image

            Aliases:
              conex container run, conex run

            Options:
              -d, --detach            Run container in background and print container ID
              -e, --env list          Set environment variables
                  --env-file list     Read in a file of environment variables
                  --help              Print usage
              -h, --hostname string   Container host name
              -i, --interactive       Keep STDIN open even if not attached
              -m, --memory bytes      Memory limit
                  --pids-limit int    Tune container pids limit (set -1 for unlimited)
              -p, --publish list      Publish a container's port(s) to the host
                  --pull string       Pull image before running ("always", "missing",
                                      "never") (default "missing")
                  --rm                Automatically remove the container and its
                                      associated anonymous volumes when it exits
                  --sig-proxy         Proxy received signals to the process (default true)
              -t, --tty               Allocate a pseudo-TTY

            """,
            Help("run", "--help")
        );

    [Fact]
    public void The_programs_help_lists_commands_by_section_and_leaves_out_hidden_ones() =>
        Assert.Equal(
            """
            Usage:  conex [OPTIONS] COMMAND

            Runs containers

            Common Commands:
              run         Create and run a new container from an image
              exec        Execute a command in a running container
              ps          List containers

            Commands:
              images      List images
              logs        Fetch the logs of a container

            Management Commands:
              container   Manage containers

            Global Options:
              -D, --debug       Say more
              -H, --host list   Engine to talk to
                  --root dir    State

            Run 'conex COMMAND --help' for more information on a command.

            """,
            Help("--help")
        );

    [Theory]
    [InlineData("ps --help", "help ps")]
    [InlineData("container ls -h", "help container ls")]
    [InlineData("container --help", "help container")]
    [InlineData("--help", "help")]
    public void The_help_command_prints_what_the_help_option_prints(string one, string other) =>
        Assert.Equal(Help(one.Split(' ')), Help(other.Split(' ')));

    [Fact]
    public void Help_needs_no_arguments() => Assert.StartsWith("Usage:  conex exec ", Help("exec", "--help"), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_help_topic_is_an_error()
    {
        var error = "";
        Assert.Equal(1, SampleProgram.Docker().Run(["help", "foo"], static _ => { }, text => error += text));
        Assert.Equal("unknown help topic: foo\n", error);
    }

    [Fact]
    public void A_group_without_a_command_prints_its_help_as_a_message()
    {
        var error = "";
        Assert.Equal(0, SampleProgram.Docker().Run(["container"], static text => Assert.Fail(text), text => error += text));
        Assert.StartsWith("Usage:  conex container COMMAND\n", error, StringComparison.Ordinal);
    }
}
