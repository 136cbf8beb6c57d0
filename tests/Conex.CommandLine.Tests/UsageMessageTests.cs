namespace Conex.CommandLine.Tests;

/// <summary>The texts and exit codes are those of docker 28.</summary>
public sealed class UsageMessageTests
{
    private static (int Code, string Error) Run(params string[] words)
    {
        var error = "";
        var code = SampleProgram.Docker().Run(words, static _ => Assert.Fail("wrote to standard output"), text => error += text);
        return (code, error);
    }

    [Theory]
    [InlineData("unknown flag: --foo", "--foo")]
    [InlineData("unknown flag: --foo", "--foo=1")]
    [InlineData("unknown shorthand flag: 'z' in -z", "-z")]
    [InlineData("unknown shorthand flag: 'z' in -zx", "-izx")]
    [InlineData("flag needs an argument: --memory", "--memory")]
    [InlineData("flag needs an argument: 'm' in -m", "-itm")]
    [InlineData("bad flag syntax: --=x", "--=x")]
    [InlineData("bad flag syntax: ---x", "---x")]
    [InlineData("invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'", "-mx")]
    [InlineData("invalid argument \"foo\" for \"--rm\" flag: strconv.ParseBool: parsing \"foo\": invalid syntax", "--rm=foo")]
    [InlineData("invalid argument \"maybe\" for \"-t, --tty\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax", "-it=maybe")]
    [InlineData("invalid argument \"x\" for \"--pids-limit\" flag: strconv.ParseInt: parsing \"x\": invalid syntax", "--pids-limit=x")]
    [InlineData(
        "invalid argument \"99999999999999999999\" for \"--pids-limit\" flag: strconv.ParseInt: parsing \"99999999999999999999\": value out of range",
        "--pids-limit=99999999999999999999"
    )]
    public void A_wrong_option_ends_with_125_and_shows_the_usage_line(string reason, string word)
    {
        var (code, error) = Run("run", word);
        Assert.Equal(125, code);
        Assert.Equal(
            $"{reason}\n\nUsage:  conex run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'conex run --help' for more information\n",
            error
        );
    }

    [Theory]
    [InlineData("'conex run' requires at least 1 argument", "See", "run")]
    [InlineData("'conex exec' requires at least 2 arguments", "See", "exec", "c")]
    [InlineData("'conex ps' accepts no arguments", "Run", "ps", "a")]
    [InlineData("'conex container ls' accepts no arguments", "Run", "container", "ls", "a")]
    [InlineData("'conex logs' requires 1 argument", "Run", "logs", "a", "b")]
    [InlineData("'conex images' requires at most 1 argument", "Run", "images", "a", "b")]
    public void A_wrong_number_of_arguments_ends_with_1(string reason, string verb, params string[] words)
    {
        var (code, error) = Run(words);
        Assert.Equal(1, code);
        Assert.StartsWith($"conex: {reason}\n\nUsage:  conex ", error, StringComparison.Ordinal);
        Assert.EndsWith($" --help' for more information\n", error, StringComparison.Ordinal);
        Assert.Contains($"\n\n{verb} '", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_command_says_so_and_names_near_misses()
    {
        Assert.Equal((1, "conex: unknown command: conex foo\n\nRun 'conex --help' for more information\n"), Run("foo"));
        Assert.Equal(
            (1, "conex: unknown command: conex rnu\n\nDid you mean this?\n\trun\n\nRun 'conex --help' for more information\n"),
            Run("rnu")
        );
        Assert.Contains("\timages\n", Run("image").Error, StringComparison.Ordinal);
        Assert.Contains(
            "unknown command: conex container foo\n\nUsage:  conex container\n",
            Run("container", "foo").Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_hidden_command_is_not_proposed_but_works()
    {
        Assert.DoesNotContain("Did you mean", Run("secre").Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), Run("secret"));
    }

    [Fact]
    public void A_wrong_global_option_shows_the_programs_usage() =>
        Assert.Equal(
            (125, "unknown flag: --foo\n\nUsage:  conex [OPTIONS] COMMAND [ARG...]\n\nRun 'conex --help' for more information\n"),
            Run("--foo", "ps")
        );

    [Fact]
    public void The_commands_exit_code_is_the_programs() => Assert.Equal((7, ""), Run("run", "img"));
}
