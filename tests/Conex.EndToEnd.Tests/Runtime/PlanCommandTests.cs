using System.Text.Json;
using System.Text.RegularExpressions;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary><c>plan</c> prints the calls that a start makes, whoever asks.</summary>
public sealed partial class PlanCommandTests : IDisposable
{
    /// <summary>The ID that a plan writes.</summary>
    private const string Id = "ID";

    /// <summary>What the process does without a call.</summary>
    private static readonly string[] Inner = ["store32", "check", "load", "fail", "set", "overwrite", "report_to"];

    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_start_makes_the_calls_of_the_plan_in_their_order_and_joins_its_cgroups_besides()
    {
        TestBundle bundle = Plain();
        bundle.Write();
        string[] plan = house.Do("plan", "--bundle", bundle.Path).Succeeded().Lines;
        Call[] calls = CallsOfAStart(bundle);

        List<string> others = [];
        int next = 0;
        Call[] steps = [.. plan.Where(line => line.StartsWith(' ')).Select(Step).Where(step => !Inner.Contains(step.Name))];
        foreach (Call call in calls)
        {
            int at = next;
            while (at < steps.Length && steps[at].MayBeLeftOut && !steps[at].IsMadeBy(call))
            {
                at++;
            }
            if (at < steps.Length && steps[at].IsMadeBy(call))
            {
                next = at + 1;
            }
            else
            {
                others.Add($"{call.Name} {string.Join(' ', call.Texts)}");
            }
        }
        Assert.Equal([], steps[next..].Select(step => step.Name));
        // The socket of its starter, first of all; and on hosts with hierarchies of version 1 a number written to each.
        Assert.Equal("close ", others[0]);
        Assert.All(others.Skip(1), call => Assert.Matches("^(openat2 /sys/fs/cgroup/.*/tasks|write 0)$", call));
        Assert.InRange(steps.Length, 100, 1000);
    }

    [Fact]
    public void An_ordinary_user_reads_the_same_plan_as_root()
    {
        using var user = new OrdinaryUser();
        TestBundle bundle = house.NewBundle().Shell("echo never run");
        bundle.Write();
        File.SetUnixFileMode($"{bundle.Path}/config.json", (UnixFileMode)0x1A4);
        string asRoot = house.Do("plan", "--bundle", bundle.Path).Succeeded().Output;
        CommandResult asUser = RunningProgram.Run(user.As, [user.Runtime, "plan", "--bundle", bundle.Path]).Succeeded();
        Assert.Contains("execve(", asRoot, StringComparison.Ordinal);
        Assert.Equal(asRoot, asUser.Output);
        Assert.Equal("", asUser.Error);
    }

    [Fact]
    public void A_bad_configuration_is_one_sentence()
    {
        TestBundle bundle = house.NewBundle();
        Refused(bundle.With(s => s with { OciVersion = "3.0.0" }), "3.0.0");
        Refused(bundle.With(s => s with { OciVersion = "1.2.0" }).Command(), "process.args");
        Refused(bundle.Command("true").Mount("/proc/sys", "tmpfs", "tmpfs"), "mount /proc/sys: a mount inside /proc is refused");
        File.WriteAllText($"{bundle.Path}/config.json", "{");
        house.Do("plan", "--bundle", bundle.Path).FailedWith(1, "not valid JSON");

        void Refused(TestBundle bad, string phrase)
        {
            bad.Write();
            Assert.Equal("", house.Do("plan", "--bundle", bad.Path).FailedWith(1, phrase).Output);
        }
    }

    [Fact]
    public void A_bundle_without_a_configuration_is_one_sentence() =>
        house.Do("plan", "--bundle", house.Place).FailedWith(1, "JSON specification file config.json not found");

    /// <summary>A configuration whose plan does not depend on the host's cgroups.</summary>
    private TestBundle Plain() =>
        house
            .NewBundle()
            .WithoutMount("/sys/fs/cgroup")
            .WithLinux(l => l with { CgroupsPath = $"/{house.Name}" })
            .Mount("/data", "bind", house.Place, "rbind", "ro")
            .Command("true");

    /// <summary>The calls of the container's process between its birth and its program.</summary>
    private Call[] CallsOfAStart(TestBundle bundle)
    {
        string trace = $"{house.Place}/trace";
        using var strace = RunningProgram.Start(
            Product.OfMachine("strace", "strace"),
            ["-f", "-s", "4096", "-o", trace, house.Program, "--root", house.StateRoot, "create", "--bundle", bundle.Path, Id]
        );
        Eventually.True(
            () =>
                house.Do("state", Id) is { ExitCode: 0 } state
                && JsonDocument.Parse(state.Output).RootElement.GetProperty("status").ValueEquals("created"),
            "it is created"
        );
        house.Do("start", Id).Succeeded();
        strace.WaitForExit();
        house.Do("delete", Id).Succeeded();
        (string Process, string Text)[] all = [.. Whole(File.ReadLines(trace))];
        string child = all.Select(call => Birth().Match(call.Text)).First(m => m.Success).Groups[1].Value;
        string[] calls = [.. all.Where(call => call.Process == child).Select(call => call.Text)];
        return [.. calls[..(Array.FindIndex(calls, Execution().IsMatch) + 1)].Select(line => Parse(line, mayBeLeftOut: false))];
    }

    /// <summary>The calls of strace's lines as they end, those joined that another process came between.</summary>
    private static IEnumerable<(string Process, string Text)> Whole(IEnumerable<string> lines)
    {
        const string cut = "<unfinished ...>";
        Dictionary<string, string> begun = [];
        foreach (string line in lines)
        {
            string process = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            string text = line[process.Length..].Trim();
            if (text.EndsWith(cut, StringComparison.Ordinal))
            {
                begun[process] = text[..^cut.Length];
            }
            else
            {
                yield return (
                    process,
                    text.StartsWith("<... ", StringComparison.Ordinal)
                        ? begun[process] + text[(text.IndexOf("resumed>", StringComparison.Ordinal) + 8)..]
                        : text
                );
            }
        }
    }

    private static Call Step(string line)
    {
        bool mayBeLeftOut = line.TrimStart().StartsWith("if ", StringComparison.Ordinal);
        string call = mayBeLeftOut ? line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..] : line.Trim();
        return Parse(Result().Replace(call, ""), mayBeLeftOut);
    }

    private static Call Parse(string text, bool mayBeLeftOut) =>
        new(
            text[..text.IndexOf('(', StringComparison.Ordinal)],
            [.. Quoted().Matches(text).Select(m => m.Groups[1].Value).Where(t => t.Length > 0)],
            mayBeLeftOut
        );

    [GeneratedRegex("clone3\\(.* = (\\d+)$")]
    private static partial Regex Birth();

    [GeneratedRegex("^execve(at)?\\(.* = 0$")]
    private static partial Regex Execution();

    [GeneratedRegex("^r\\d+ = ")]
    private static partial Regex Result();

    [GeneratedRegex("\"([^\"\\\\]*)\"")]
    private static partial Regex Quoted();

    /// <summary>A call as strace and a plan both write it: its name and the texts among its arguments.</summary>
    private sealed record Call(string Name, string[] Texts, bool MayBeLeftOut)
    {
        /// <summary>A plan shows no buffers, which strace does.</summary>
        internal bool IsMadeBy(Call call) => Name == call.Name && Texts.All(call.Texts.Contains);
    }
}
