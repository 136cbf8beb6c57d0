using Conex.Cli.Requests;

namespace Conex.Cli.Tests.Requests;

public sealed class EnvironmentTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_name_alone_takes_the_value_from_the_environment()
    {
        Environment.SetEnvironmentVariable("CONEX_TEST_PASSED", "on");
        Assert.Equal(
            ["CONEX_TEST_PASSED=on", "CONEX_TEST_UNSET", "A=b=c", "E="],
            RunRequest.Of("-e", "CONEX_TEST_PASSED", "-e", "CONEX_TEST_UNSET", "-e", "A=b=c", "-e", "E=", "img").Env!
        );
    }

    [Fact]
    public void A_file_has_comments_and_names_without_values()
    {
        Environment.SetEnvironmentVariable("CONEX_TEST_FROM_FILE", "yes");
        File.WriteAllText(_file, "\uFEFF# comment\n\n  A=1\r\nB= x \nCONEX_TEST_FROM_FILE\nCONEX_TEST_NOWHERE\n");
        Assert.Equal(["A=1", "B= x ", "CONEX_TEST_FROM_FILE=yes", "C=2"], RunRequest.Of("-e", "C=2", "--env-file", _file, "img").Env!);
    }

    [Theory]
    [InlineData("A B=1\n", "variable \"A B\" contains whitespaces")]
    [InlineData("=1\n", "no variable name on line \"=1\"")]
    public void A_wrong_line_is_refused(string text, string reason)
    {
        File.WriteAllText(_file, text);
        var failure = Assert.Throws<FormatException>(() => EnvironmentOptions.Read([_file], []));
        Assert.Equal($"invalid env file ({_file}): {reason}", failure.Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.StartsWith(
            "open /nope/env: no such file or directory",
            Assert.Throws<FormatException>(() => EnvironmentOptions.Read(["/nope/env"], [])).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_seccomp_file_is_sent_as_text()
    {
        File.WriteAllText(_file, "{ \"defaultAction\": \"SCMP_ACT_ALLOW\",\n \"x\": [ 1, \"a b\" ] }");
        Assert.Equal(
            ["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\",\"x\":[1,\"a b\"]}"],
            RunRequest.Host("--security-opt", $"seccomp={_file}", "img").SecurityOpt!
        );
    }

    [Fact]
    public void A_bad_seccomp_file_is_refused_before_anything_is_sent()
    {
        File.WriteAllText(_file, "{ nope");
        Assert.StartsWith(
            $"the seccomp profile {_file} is not valid JSON",
            Assert.Throws<FormatException>(() => SecurityOptions.Parse([$"seccomp={_file}"])).Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "opening seccomp profile (/nope) failed: open /nope: no such file or directory",
            Assert.Throws<FormatException>(() => SecurityOptions.Parse(["seccomp=/nope"])).Message,
            StringComparison.Ordinal
        );
        Assert.Equal("Invalid --security-opt: \"foo\"", Assert.Throws<FormatException>(() => SecurityOptions.Parse(["foo"])).Message);
    }
}
