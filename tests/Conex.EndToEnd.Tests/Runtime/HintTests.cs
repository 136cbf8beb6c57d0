using System.Text.Json;
using Conex.EndToEnd.Tests.Runtime.FailedStarts;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>The frequent causes of failed starts, each provoked: the error names the call, its object and the kernel's answer, and says what
/// helps.</summary>
public sealed class HintTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    private static Dictionary<string, FailedStart> Causes { get; } =
        new([.. ProgramFailures.All, .. MountFailures.All, .. HostFailures.All], StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Causes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frequent_cause_is_named_with_what_helps(string name)
    {
        FailedStart cause = Causes[name];
        TestBundle bundle = house.NewBundle();
        cause.Prepare(house, bundle);
        bundle.Write();
        string log = $"{house.Place}/log";
        string[] command =
        [
            .. cause.Through,
            house.Program,
            "--root",
            house.StateRoot,
            "--log",
            log,
            "--log-format",
            "json",
            "run",
            "--bundle",
            bundle.Path,
            .. cause.Options,
            house.Id,
        ];

        CommandResult result = RunningProgram.Run(command[0], command[1..]);

        (int code, string hint) = cause.Or is { } other && result.ExitCode == other.ExitCode ? other : (cause.ExitCode, cause.Hint);
        result.EndedWith(code);
        using var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(log)));
        JsonElement error = line.RootElement;
        Assert.Contains(hint, error.GetProperty("msg").GetString(), StringComparison.Ordinal);
        Matches(cause.Call, error, "call");
        Matches(cause.Object, error, "object");
        Matches(cause.Errno, error, "errno");
        File.SetUnixFileMode(bundle.Path, (UnixFileMode)0x1ED);
        // Without descriptors nothing can be removed: then it is left to this command.
        house.Remove();
    }

    private static void Matches(string? expected, JsonElement error, string member)
    {
        if (expected is null)
        {
            return;
        }
        string found = error.TryGetProperty(member, out JsonElement value) ? value.GetString()! : "";
        string[] parts = expected.Split('*');
        Assert.True(
            parts.Length == 1
                ? found == expected
                : found.StartsWith(parts[0], StringComparison.Ordinal)
                    && found.EndsWith(parts[^1], StringComparison.Ordinal)
                    && found.Length > 0,
            $"{member}: expected {expected}, found {found}: {error}"
        );
    }
}
