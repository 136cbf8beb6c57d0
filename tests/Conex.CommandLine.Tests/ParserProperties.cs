using CsCheck;

namespace Conex.CommandLine.Tests;

public sealed class ParserProperties
{
    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.OneOf(
            "run",
            "exec",
            "ps",
            "container",
            "ls",
            "help",
            "-",
            "--",
            "---",
            "-=",
            "--=",
            "-it",
            "-itd",
            "-e",
            "-eA=B",
            "-e=",
            "--env",
            "--env=",
            "--rm",
            "--rm=x",
            "-p80:80",
            "-m",
            "-mx",
            "--help",
            "-h",
            "--pids-limit",
            "-1",
            "--memory=64m",
            "img",
            "",
            "-H",
            "--host"
        ),
        Gen.String,
        Gen.String.Select(static text => "-" + text),
        Gen.String.Select(static text => "--" + text)
    );

    private static readonly Gen<string[]> Line = Word.Array[0, 8];

    [Fact]
    public void Any_line_is_read_or_refused_with_a_usage_error() =>
        Line.Sample(static words =>
        {
            foreach (var program in (CommandProgram[])[SampleProgram.Docker(), SampleProgram.Runc()])
            {
                try
                {
                    program.Parse(words);
                }
                catch (UsageException mistake)
                {
                    Assert.NotEmpty(mistake.Reason);
                    Assert.StartsWith(
                        mistake.Reason,
                        mistake.Message.Replace("conex: ", "", StringComparison.Ordinal),
                        StringComparison.Ordinal
                    );
                }
            }
        });

    [Fact]
    public void What_follows_the_image_of_run_survives_unchanged() =>
        Line.Sample(static command =>
        {
            var run = SampleProgram.Docker().Parse(["run", "-it", "-e", "A=B", "--rm", "img", .. command]);
            Assert.Equal(["img", .. command], run.Arguments);
        });

    [Fact]
    public void What_follows_two_dashes_survives_unchanged() =>
        Line.Sample(static words =>
            Assert.Equal(["x", .. words], SampleProgram.Docker().Parse(["run", "-d", "--", "x", .. words]).Arguments)
        );

    [Fact]
    public void Every_value_of_a_list_is_kept_in_order() =>
        Gen
            .String.Array[0, 6]
            .Sample(static values =>
            {
                var words = new List<string> { "run" };
                for (var i = 0; i < values.Length; i++)
                {
                    if (i % 2 == 0)
                        words.Add("--env=" + values[i]);
                    else
                        words.AddRange(["-e", values[i]]);
                }
                words.Add("img");
                Assert.Equal(values, SampleProgram.Docker().Parse([.. words]).List("env"));
            });
}
