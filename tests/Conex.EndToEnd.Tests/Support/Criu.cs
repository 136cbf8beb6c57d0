using System.Diagnostics;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>The criu that <c>./test</c> unpacks: that of the machine may not know its kernel, or not be there.</summary>
internal static class Criu
{
    private static readonly Lazy<string?> Complaint = new(Try);

    /// <summary>For PATH.</summary>
    internal static string Directory { get; } =
        Path.Combine(Environment.GetEnvironmentVariable("CONEX_PEERS") ?? Path.Combine(Repository.Root, "artifacts/peers"), "criu/bin");

    internal static string Program => $"{Directory}/criu";

    /// <summary>Skips the test where criu could not be had, or does not work on this kernel.</summary>
    internal static void Require()
    {
        Machine.RequireRoot();
        Assert.SkipWhen(Complaint.Value is not null, Complaint.Value ?? "");
    }

    /// <summary>Lets a program find it.</summary>
    internal static void AddTo(ProcessStartInfo start) =>
        start.Environment["PATH"] = $"{Directory}:{start.Environment["PATH"]}:/usr/sbin:/sbin";

    private static string? Try()
    {
        if (!File.Exists(Program))
        {
            return $"criu is missing: ./test unpacks that of Debian's unstable in {Directory}, unless no mirror has it";
        }
        CommandResult check = RunningProgram.Run(Program, ["check"]);
        return check.ExitCode == 0 ? null : $"criu does not work on this kernel: {check.Error.Trim()}";
    }
}
