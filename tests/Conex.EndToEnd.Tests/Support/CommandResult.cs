namespace Conex.EndToEnd.Tests.Support;

/// <summary>What a program left when it had ended.</summary>
/// <param name="ExitCode">128 and the signal's number where a signal ended it.</param>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output without the last newline.</summary>
    internal string[] Lines => Output.TrimEnd('\n').Split('\n');

    /// <summary>Standard output without the last newline, of a program that must have succeeded.</summary>
    internal string Text => Succeeded().Output.TrimEnd('\n');

    internal CommandResult Succeeded() => EndedWith(0);

    internal CommandResult EndedWith(int code)
    {
        Assert.True(ExitCode == code, $"{this}\nexpected exit code {code}");
        return this;
    }

    /// <summary>Checks that it failed with exactly one sentence, which contains a phrase.</summary>
    internal CommandResult FailedWith(int code, string phrase)
    {
        EndedWith(code);
        Assert.True(Error.Contains(phrase, StringComparison.Ordinal), $"{this}\nexpected in the error: {phrase}");
        Assert.True(Error.TrimEnd('\n').Split('\n').Length == 1, $"{this}\nexpected one sentence");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return this;
    }

    public override string ToString() => $"{Command}\nexit code {ExitCode}\nstdout: {Output}\nstderr: {Error}";
}
