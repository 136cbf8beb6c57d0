using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What a start costs the kernel, counted: times depend on the machine.</summary>
public sealed class SystemCallCountTests : IDisposable
{
    private const int Most = 450;

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_run_makes_few_calls_in_all_processes_until_the_payload_is_executed()
    {
        TestBundle bundle = house.NewBundle().Command("/bin/true");
        // The second time the state directory is there.
        house.Run(bundle).Succeeded();
        string trace = $"{house.Place}/trace";
        RunningProgram
            .Run(
                Product.OfMachine("strace", "strace"),
                ["-f", "-o", trace, house.Program, "--root", house.StateRoot, "run", "--bundle", bundle.Path, house.Id]
            )
            .Succeeded();
        string[] calls =
        [
            .. File.ReadAllLines(trace)
                .Where(line => line.Contains('(') && !line.Contains("resumed>", StringComparison.Ordinal) && !line.Contains("+++")),
        ];
        int execution = Array.FindIndex(calls, line => line.Contains("execve(\"/bin/true\"", StringComparison.Ordinal));
        Assert.InRange(execution, 100, Most);
    }
}
