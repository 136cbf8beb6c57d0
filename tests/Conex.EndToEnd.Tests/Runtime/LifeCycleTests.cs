using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>create, start, state, kill, delete, with the words and codes that callers of runc look for.</summary>
public sealed class LifeCycleTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_container_goes_from_created_to_running_to_stopped_to_nothing()
    {
        using RunningProgram created = house.Create(house.NewBundle().Shell("echo payload runs; exec sleep 1000000"));
        Assert.Equal("created", house.Status());
        Assert.DoesNotContain("payload", created.Output, StringComparison.Ordinal);
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("payload runs");
        Assert.Equal("running", house.Status());
        CommandResult kill = house.Do("kill", house.Id, "KILL").Succeeded();
        Assert.Equal("", kill.Output + kill.Error);
        house.WaitForStatus("stopped");
        Assert.Equal(0, house.InitPid);
        house.Do("delete", house.Id).Succeeded();
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void State_prints_the_members_of_runc_in_its_order()
    {
        TestBundle bundle = house
            .NewBundle()
            .With(s => s with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.example/x"] = "<&>" } });
        using RunningProgram created = house.Create(bundle);
        string text = house.Do("state", house.Id).Text;
        using var state = JsonDocument.Parse(text);
        Assert.Equal(
            ["ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "annotations", "owner"],
            state.RootElement.EnumerateObject().Select(m => m.Name)
        );
        Assert.StartsWith("{\n  \"ociVersion\": \"1.2.0\",\n  \"id\": ", text, StringComparison.Ordinal);
        Assert.Equal(house.Id, state.RootElement.GetProperty("id").GetString());
        Assert.Equal(bundle.Path, state.RootElement.GetProperty("bundle").GetString());
        Assert.Equal(bundle.Rootfs, state.RootElement.GetProperty("rootfs").GetString());
        Assert.Equal("", state.RootElement.GetProperty("owner").GetString());
        Assert.Contains("\"org.example/x\": \"<&>\"", text, StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$", state.RootElement.GetProperty("created").GetString());
        house.Remove();
    }

    [Fact]
    public void The_pid_file_holds_the_decimal_number_and_no_newline()
    {
        string file = $"{house.Place}/init.pid";
        using RunningProgram created = house.Create(house.NewBundle(), "--pid-file", file);
        Assert.Equal(RuntimeHouse.Text(house.InitPid), File.ReadAllText(file));
        Assert.Equal(["init.pid"], Directory.GetFiles(house.Place).Select(f => Path.GetFileName(f)));
        house.Remove();
    }

    [Fact]
    public void An_ID_is_taken_only_once()
    {
        TestBundle bundle = house.NewBundle();
        using RunningProgram created = house.Create(bundle);
        house.Do("create", "--bundle", bundle.Path, house.Id).FailedWith(1, "container with given ID already exists");
        house.Do("run", "--bundle", bundle.Path, house.Id).FailedWith(1, "container with given ID already exists");
        Assert.Equal("created", house.Status());
        house.Remove();
    }

    [Fact]
    public void A_running_container_cannot_be_started_again()
    {
        house.RunDetached(house.NewBundle());
        house.Do("start", house.Id).FailedWith(1, "cannot start an already running container");
        house.Remove();
    }

    [Fact]
    public void A_stopped_container_cannot_be_started()
    {
        house.Run(house.NewBundle(), "--keep").Succeeded();
        house.Do("start", house.Id).FailedWith(1, "cannot start a container that has stopped");
        house.Do("kill", house.Id).FailedWith(1, "container not running");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void A_running_container_is_deleted_by_force_only()
    {
        house.RunDetached(house.NewBundle());
        house.Do("delete", house.Id).FailedWith(1, $"cannot delete container {house.Id} that is not stopped: running");
        Assert.Equal("running", house.Status());
        house.Do("delete", "--force", house.Id).Succeeded();
        house.Do("state", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void A_created_container_is_deleted_by_force_only()
    {
        using RunningProgram created = house.Create(house.NewBundle());
        house.Do("delete", house.Id).FailedWith(1, "that is not stopped: created");
        house.Do("delete", "--force", house.Id).Succeeded();
    }

    [Theory]
    [InlineData("state")]
    [InlineData("start")]
    [InlineData("kill")]
    [InlineData("delete")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("ps")]
    public void A_container_that_does_not_exist_is_an_error(string command) =>
        house.Do(command, house.Id).FailedWith(1, "container does not exist");

    [Fact]
    public void Deleting_a_missing_container_by_force_succeeds() => house.Do("delete", "--force", house.Id).Succeeded();

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a\u00e9")]
    public void An_ID_with_other_characters_is_refused(string id)
    {
        TestBundle bundle = house.NewBundle();
        bundle.Write();
        house.Do("create", "--bundle", bundle.Path, id).FailedWith(1, "invalid container ID format");
        house.Do("delete", "--force", id).FailedWith(1, "invalid container ID format");
    }

    [Theory]
    [InlineData("15")]
    [InlineData("TERM")]
    [InlineData("SIGTERM")]
    [InlineData(null)]
    public void Kill_takes_a_number_or_a_name_and_sends_TERM_by_default(string? signal)
    {
        using RunningProgram created = house.Create(
            house.NewBundle().Shell("trap 'echo terminated; exit' TERM; echo ready; while :; do sleep 0.05; done")
        );
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("ready");
        house.Do(signal is null ? ["kill", house.Id] : ["kill", house.Id, signal]).Succeeded();
        created.WaitForOutput("terminated");
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Kill_with_an_unknown_signal_is_an_error()
    {
        house.RunDetached(house.NewBundle());
        house.Do("kill", house.Id, "NONSENSE").FailedWith(1, "unknown signal \"NONSENSE\"");
        house.Remove();
    }

    [Fact]
    public void Kill_all_reaches_every_process_without_a_PID_namespace()
    {
        TestBundle bundle = house.NewBundle().WithoutNamespace("pid").Shell("sleep 1000000 & setsid sleep 1000000 & echo ready; wait");
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).Succeeded();
        created.WaitForOutput("ready");
        house.Do("kill", "--all", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        Eventually.True(() => house.Do("ps", "--format", "json", house.Id).Text == "[]", "no process in the container");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void Delete_ends_what_a_stopped_init_left_behind()
    {
        TestBundle bundle = house.NewBundle().WithoutNamespace("pid").Shell("setsid sleep 1000000 </dev/null >/dev/null 2>&1 & exit 0");
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).Succeeded();
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void A_long_state_directory_works()
    {
        string root = $"{house.Place}/{new string('d', 100)}/{new string('e', 100)}";
        TestBundle bundle = house.NewBundle().Shell("echo ran");
        bundle.Write();
        using RunningProgram created = RunningProgram.Start(house.Program, ["--root", root, "create", "-b", bundle.Path, house.Id]);
        created.WaitForExit().Succeeded();
        RunningProgram.Run(house.Program, ["--root", root, "start", house.Id]).Succeeded();
        created.WaitForOutput("ran");
        RunningProgram.Run(house.Program, ["--root", root, "delete", "-f", house.Id]).Succeeded();
    }

    [Fact]
    public void The_bundle_is_the_working_directory_by_default()
    {
        TestBundle bundle = house.NewBundle().Shell("echo here");
        bundle.Write();
        Assert.Equal("here", house.DoIn(start => start.WorkingDirectory = bundle.Path, "run", house.Id).Text);
    }

    [Fact]
    public void State_lies_nowhere_but_below_the_root_option()
    {
        using RunningProgram created = house.Create(house.NewBundle());
        Assert.True(File.Exists($"{house.StateRoot}/{house.Id}/state.json"));
        Assert.False(Path.Exists($"/run/conex-runtime/{house.Id}"));
        RunningProgram.Run(house.Program, ["state", house.Id]).FailedWith(1, "container does not exist");
        RunningProgram.Run(house.Program, ["--root", $"{house.Place}/other", "state", house.Id]).FailedWith(1, "container does not exist");
        house.Remove();
        Assert.False(Path.Exists($"{house.StateRoot}/{house.Id}"));
    }

    [Fact]
    public void Spec_writes_under_another_name_and_over_no_file()
    {
        TestBundle bundle = house.NewBundle();
        string[] spec = ["spec", "--bundle", bundle.Path, "-f", "../other.json"];
        house.Do(spec).Succeeded();
        Assert.Contains("\"ociVersion\":\"1.3.0\"", File.ReadAllText($"{house.Place}/other.json"), StringComparison.Ordinal);
        Assert.False(File.Exists($"{bundle.Path}/config.json"));
        house.Do(spec).FailedWith(1, "file ../other.json exists, remove it first");
    }

    [Fact]
    public void What_spec_writes_runs()
    {
        TestBundle bundle = house.NewBundle();
        house.Do("spec", "--bundle", bundle.Path).Succeeded();
        string config = $"{bundle.Path}/config.json";
        File.WriteAllText(
            config,
            File.ReadAllText(config)
                .Replace("\"terminal\":true", "\"terminal\":false", StringComparison.Ordinal)
                .Replace("\"sh\"", "\"hostname\"", StringComparison.Ordinal)
        );
        Assert.Equal("conex", house.Do("run", "--bundle", bundle.Path, house.Id).Text);
    }
}
