using System.Diagnostics;
using Conex.CommandLine.Completions;

namespace Conex.CommandLine.Tests.Completions;

public sealed class CompletionScriptTests
{
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Each_script_knows_every_visible_command_and_option(string shell)
    {
        var script = CompletionScript.For(shell, SampleProgram.Root(null))!;
        foreach (var word in (string[])["run", "exec", "container", "detach", "env-file", "pids-limit", "filter", "host"])
            Assert.Contains(word, script, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", script, StringComparison.Ordinal);
        Assert.DoesNotContain("plan", script, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_no_script_for_an_unknown_shell() => Assert.Null(CompletionScript.For("tcsh", SampleProgram.Root(null)));

    [Theory]
    [InlineData("conex ''", "run exec ps images logs container")]
    [InlineData("conex ru", "run")]
    [InlineData("conex -H x container ''", "run ps")]
    [InlineData("conex ps --a", "--all")]
    [InlineData("conex container ps --fi", "--filter")]
    [InlineData("conex run --env-", "--env-file")]
    [InlineData("conex logs ''", "web db")]
    [InlineData("conex exec w", "web")]
    [InlineData("conex run --rm -e A ''", "busybox:latest")]
    [InlineData("conex logs web ''", "")]
    public void Bash_completes_from_the_table(string line, string proposals)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is not installed");
        var script = CompletionScript.For("bash", SampleProgram.Root(null));
        var program = """
            conex() { case "$1" in images) echo busybox:latest ;; ps) echo web; [[ $2 == -a ]] && echo db ;; esac; }
            """;
        Assert.Equal(
            proposals,
            Bash($"{script}\n{program}\nCOMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _conex; echo \"${{COMPREPLY[@]}}\"")
        );
    }

    private static string Bash(string script)
    {
        using var bash = Process.Start(
            new ProcessStartInfo("/bin/bash", "--norc")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        bash.StandardInput.Write(script);
        bash.StandardInput.Close();
        var output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
        return output.TrimEnd('\n');
    }
}
