namespace Conex.CommandLine.Tests;

public sealed class OptionGrammarTests
{
    private static Invocation Parse(params string[] words) => SampleProgram.Docker().Parse(words);

    [Fact]
    public void A_cluster_of_letters_sets_each_of_its_flags()
    {
        var run = Parse("run", "-itd", "img");
        Assert.True(run.Flag("interactive"));
        Assert.True(run.Flag("tty"));
        Assert.True(run.Flag("detach"));
        Assert.Equal(["img"], run.Arguments);
    }

    [Theory]
    [InlineData("-eA=B", "A=B")]
    [InlineData("-e=A=B", "A=B")]
    [InlineData("--env=A=B", "A=B")]
    [InlineData("-ite=A", "A")]
    [InlineData("-iteA=1", "A=1")]
    [InlineData("--env=", "")]
    public void A_value_may_be_attached_to_its_option(string word, string value) =>
        Assert.Equal([value], Parse("run", word, "img").List("env"));

    [Fact]
    public void A_value_may_be_the_next_word_even_when_it_looks_like_an_option()
    {
        var run = Parse("run", "-e", "-d", "--env", "--", "-p8080:80", "img");
        Assert.Equal(["-d", "--"], run.List("env"));
        Assert.Equal(["8080:80"], run.List("publish"));
        Assert.False(run.Flag("detach"));
    }

    [Fact]
    public void A_flag_never_takes_the_next_word()
    {
        var run = Parse("run", "--rm", "false", "x");
        Assert.True(run.Flag("rm"));
        Assert.Equal(["false", "x"], run.Arguments);
    }

    [Theory]
    [InlineData("--rm=false", false)]
    [InlineData("--rm=0", false)]
    [InlineData("--rm=F", false)]
    [InlineData("--rm=true", true)]
    [InlineData("--rm=T", true)]
    [InlineData("--rm=1", true)]
    public void A_flag_takes_an_attached_truth_value(string word, bool value)
    {
        var run = Parse("run", word, "img");
        Assert.Equal(value, run.Flag("rm", !value));
        Assert.True(run.IsSet("rm"));
    }

    [Fact]
    public void A_flag_that_is_on_by_default_can_be_switched_off()
    {
        Assert.True(Parse("run", "img").Flag("sig-proxy", true));
        Assert.False(Parse("run", "--sig-proxy=false", "img").Flag("sig-proxy", true));
    }

    [Fact]
    public void The_last_use_of_an_option_with_one_value_wins() =>
        Assert.Equal("b", Parse("run", "-h", "a", "--hostname", "b", "img").Text("hostname"));

    [Fact]
    public void Numbers_are_read_with_their_sign()
    {
        Assert.Equal(-1, Parse("run", "--pids-limit", "-1", "img").Integer("pids-limit"));
        Assert.Null(Parse("run", "img").Integer("pids-limit"));
    }

    [Fact]
    public void Options_and_arguments_may_mix_where_the_command_allows_it()
    {
        var logs = Parse("-D", "images", "a");
        Assert.True(logs.Root.Flag("debug"));
        Assert.Equal(["a"], logs.Arguments);
        Assert.True(Parse("ps", "-q", "-a").Flag("all"));
    }

    [Fact]
    public void Two_dashes_end_the_options()
    {
        Assert.Equal(["-d", "--"], Parse("run", "--", "-d", "--").Arguments);
        Assert.Equal(["-x"], Parse("images", "--", "-x").Arguments);
    }

    [Fact]
    public void A_single_dash_is_an_argument() => Assert.Equal(["-"], Parse("images", "-").Arguments);

    [Fact]
    public void Everything_after_the_image_belongs_to_the_container()
    {
        string[] command = ["bash", "-it", "--rm", "--", "-c", "cut -d: -f1", "-d:", "", "--help", "-h"];
        var run = Parse(["run", "-i", "img", .. command]);
        Assert.Equal(["img", .. command], run.Arguments);
        Assert.False(run.Flag("tty"));
        Assert.False(run.HelpRequested);
    }

    [Fact]
    public void Global_options_stand_before_the_command()
    {
        var ps = Parse("-H", "unix:///a", "--debug", "container", "ls", "-a");
        Assert.Equal(["unix:///a"], ps.Root.List("host"));
        Assert.Equal("conex container ls", ps.Path);
        Assert.True(ps.Flag("all"));
    }

    [Fact]
    public void Runc_takes_long_names_with_one_dash_too()
    {
        var run = SampleProgram.Runc().Parse(["-root", "/x", "-debug", "run", "-pids-limit=5", "-it", "--rm", "id", "-d"]);
        Assert.Equal("/x", run.Root.Text("root"));
        Assert.True(run.Root.Flag("debug"));
        Assert.Equal(5, run.Integer("pids-limit"));
        Assert.True(run.Flag("tty"));
        Assert.Equal(["id", "-d"], run.Arguments);
        Assert.Equal("unknown flag: --root", Assert.Throws<UsageException>(() => Parse("ps", "--root")).Reason);
    }

    [Fact]
    public void A_converted_value_reports_a_wrong_text_in_pflags_words()
    {
        var run = Parse("run", "-h", "a\"b\n", "img");
        var mistake = Assert.Throws<UsageException>(() => run.Value("hostname", static _ => throw new FormatException("too odd"), 0));
        Assert.Equal("invalid argument \"a\\\"b\\n\" for \"-h, --hostname\" flag: too odd", mistake.Reason);
        Assert.Equal(125, mistake.ExitCode);
        Assert.Equal(4, Parse("run", "img").Value("hostname", static text => text.Length, 4));
    }

    [Fact]
    public void Asking_for_an_option_that_is_not_in_the_table_is_a_programming_error() =>
        Assert.Throws<InvalidOperationException>(() => Parse("run", "img").Flag("detached"));
}
