using System.Globalization;
using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Hundreds of containers at a time, made by several processes. CONEX_SCALE_CONTAINERS asks for more of them.</summary>
public sealed class ScaleTests : IDisposable
{
    private const int Workers = 4;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly int count = int.Parse(
        Environment.GetEnvironmentVariable("CONEX_SCALE_CONTAINERS") ?? "200",
        CultureInfo.InvariantCulture
    );
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Hundreds_of_containers_live_side_by_side_and_leave_nothing()
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        InParallel($"$runtime create --bundle {bundle.Path} $id && $runtime start $id");
        string[] ids = [.. Enumerable.Range(0, count).Select(i => $"{house.Name}-{i}").Order(StringComparer.Ordinal)];
        using var list = JsonDocument.Parse(house.Do("list", "--format", "json").Succeeded().Output);
        JsonElement[] containers = [.. list.RootElement.EnumerateArray()];
        Assert.Equal(ids, containers.Select(c => c.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(containers, c => Assert.Equal("running", c.GetProperty("status").GetString()));
        int[] pids = [.. containers.Select(c => c.GetProperty("pid").GetInt32())];
        Assert.Equal(count, pids.Distinct().Count());
        Assert.All(pids, pid => Assert.Equal("sleep\01000000\0", File.ReadAllText($"/proc/{pid}/cmdline")));
        InParallel("$runtime delete --force $id");
        Assert.Equal("", house.Do("list", "-q").Succeeded().Output);
        Assert.DoesNotContain(pids, pid => LeakCheck.Read($"/proc/{pid}/cmdline").StartsWith("sleep\01000000", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_many_creations_with_one_name_one_succeeds()
    {
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        string script = $"{house.Program} --root {house.StateRoot} create --bundle {bundle.Path} {house.Id} >/dev/null 2>&1 </dev/null";
        RunningProgram[] creations = [.. Enumerable.Range(0, 16).Select(_ => RunningProgram.Start("sh", ["-c", script]))];
        int[] codes = [.. creations.Select(c => c.WaitForExit(s_patience).ExitCode)];
        Array.ForEach(creations, c => c.Dispose());
        Assert.Equal([0, .. Enumerable.Repeat(1, 15)], codes.Order());
        house.Do("start", house.Id).Succeeded();
        Assert.Equal("running", house.Status());
        house.Remove();
    }

    /// <summary>Runs a command for each container, several at a time.</summary>
    private void InParallel(string command)
    {
        // Nothing that a container inherits is this process's: it would be read for as long as the container lives.
        string errors = $"{house.Place}/errors";
        RunningProgram[] workers =
        [
            .. Enumerable
                .Range(0, Workers)
                .Select(worker =>
                    RunningProgram.Start(
                        "sh",
                        [
                            "-c",
                            $"runtime='{house.Program} --root {house.StateRoot}'; i={worker}; exec </dev/null >>{errors} 2>&1;"
                                + $" while [ $i -lt {count} ]; do id={house.Name}-$i; {{ {command}; }} || exit; i=$((i + {Workers})); done",
                        ]
                    )
                ),
        ];
        CommandResult[] results = [.. workers.Select(worker => worker.WaitForExit(s_patience))];
        Array.ForEach(workers, worker => worker.Dispose());
        Assert.True(results.All(r => r.ExitCode == 0), File.ReadAllText(errors));
    }
}
