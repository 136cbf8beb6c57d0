using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Words and codes that containerd, dockerd, podman and CRI-O look for in what the runtime says.</summary>
public sealed class CallerPhraseTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("no-such-program", "exec: \"no-such-program\": executable file not found in $PATH")]
    [InlineData("/no/such", "exec: \"/no/such\": stat /no/such: no such file or directory")]
    [InlineData("/etc/passwd", "exec: \"/etc/passwd\": permission denied")]
    [InlineData("/etc", "exec: \"/etc\": is a directory")]
    [InlineData("/etc/passwd/x", "exec: \"/etc/passwd/x\": not a directory")]
    public void A_program_that_cannot_run(string program, string phrase)
    {
        TestBundle bundle = house.NewBundle().Command(program);
        bundle.Write();
        foreach (string command in (string[])["run", "create"])
        {
            using RunningProgram first = house.Begin(command, "-b", bundle.Path, house.Id);
            CommandResult result = first.WaitForExit();
            if (result.ExitCode == 0)
            {
                // Found, but not what it seems: the start says so.
                result = house.Do("start", house.Id);
                house.Remove();
            }
            else
            {
                result = first.Finish();
            }
            result.FailedWith(1, $"unable to start container process: {phrase}");
        }
    }

    [Fact]
    public void A_state_in_which_a_command_makes_no_sense()
    {
        house.RunDetached(house.NewBundle());
        house.Do("start", house.Id).FailedWith(1, "cannot start an already running container");
        house.Do("resume", house.Id).FailedWith(1, "container not paused");
        house.Do("delete", house.Id).FailedWith(1, $"cannot delete container {house.Id} that is not stopped: running");
        house.Do("create", "-b", $"{house.Place}/bundle", house.Id).FailedWith(1, "container with given ID already exists");
        house.Do("pause", house.Id).Succeeded();
        house.Exec("true").FailedWith(255, "cannot exec in a paused container (use --ignore-paused to override)");
        house.Do("kill", house.Id, "KILL").Succeeded();
        house.WaitForStatus("stopped");
        house.Exec("true").FailedWith(255, "cannot exec in a stopped container");
        house.Do("start", house.Id).FailedWith(1, "cannot start a container that has stopped");
        house.Do("kill", house.Id, "KILL").FailedWith(1, "container not running");
        house.Do("kill", "--all", house.Id, "KILL").FailedWith(1, "container not running");
        house.Do("pause", house.Id).FailedWith(1, "container not running");
        house.Do("delete", house.Id).Succeeded();
        house.Do("delete", house.Id).FailedWith(1, "container does not exist");
    }

    [Fact]
    public void A_bundle_in_which_something_is_missing()
    {
        TestBundle bundle = house.NewBundle().With(s => s with { Root = new() { Path = "nothing" } });
        house.Run(bundle).FailedWith(1, $"invalid rootfs: stat {bundle.Path}/nothing: no such file or directory");
        house.Do("run", "-b", house.Place, house.Id).FailedWith(1, "JSON specification file config.json not found");
    }

    [Fact]
    public void A_terminal_and_a_console_socket_belong_together()
    {
        const string detached = "cannot allocate tty if runc will detach without setting console socket";
        const string attached = "cannot use console socket if runc will not detach or allocate tty";
        TestBundle bundle = house.NewBundle().Command("sleep", "1000000");
        bundle.Write();
        house.Do("create", "--console-socket", "/x", "-b", bundle.Path, house.Id).FailedWith(1, attached);
        house.RunDetached(bundle);
        house.Do("exec", "-d", "-t", house.Id, "true").FailedWith(255, detached);
        house.Do("exec", "--console-socket", "/x", house.Id, "true").FailedWith(255, attached);
        house.Do("exec", "-t", "--console-socket", "/x", house.Id, "true").FailedWith(255, attached);
        house.Remove();
        bundle.WithProcess(p => p with { Terminal = true }).Write();
        house.Do("create", "-b", bundle.Path, house.Id).FailedWith(1, detached);
        house.Do("run", "--console-socket", "/x", "-b", bundle.Path, house.Id).FailedWith(1, attached);
    }

    [Fact]
    public void Options_are_written_with_one_dash_or_two_and_with_or_without_an_equals_sign()
    {
        TestBundle bundle = house.NewBundle().Shell("echo ran");
        bundle.Write();
        string file = $"{house.Place}/pid";
        Assert.Equal("ran", house.Do("run", "-no-subreaper", $"-bundle={bundle.Path}", "--pid-file", file, "-keep", house.Id).Text);
        Assert.True(int.Parse(File.ReadAllText(file)) > 1);
        Assert.Equal("stopped", house.Status());
        house.Do("delete", house.Id).Succeeded();
    }

    [Fact]
    public void A_JSON_log_has_the_call_its_object_and_the_error_as_members()
    {
        string log = $"{house.Place}/log.json";
        TestBundle bundle = house.NewBundle().Mount("/x", "bind", $"{house.Place}/no-such-source", "bind");
        bundle.Write();
        CommandResult result = RunningProgram.Run(
            house.Program,
            ["--root", house.StateRoot, "--log", log, "--log-format", "json", "run", "-b", bundle.Path, house.Id]
        );
        string message = result.FailedWith(1, "no such file or directory (ENOENT)").Error;
        using var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(log)));
        Assert.Equal(["level", "msg", "time", "call", "object", "errno"], line.RootElement.EnumerateObject().Select(m => m.Name));
        Assert.Equal("error", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("open_tree", line.RootElement.GetProperty("call").GetString());
        Assert.Equal($"bind {house.Place}/no-such-source to /x", line.RootElement.GetProperty("object").GetString());
        Assert.Equal("ENOENT", line.RootElement.GetProperty("errno").GetString());
        // The text is for people as well.
        Assert.Equal($"conex-runtime: {line.RootElement.GetProperty("msg").GetString()}\n", message);
    }

    [Fact]
    public void A_failure_after_the_start_is_named_by_its_step()
    {
        // The place in the PATH is a directory: it is found, and only execve(2) says no.
        TestBundle bundle = house.NewBundle().Command("dir").WithProcess(p => p with { Env = ["PATH=/usr"] });
        Directory.CreateDirectory($"{bundle.Rootfs}/usr/dir");
        using RunningProgram created = house.Create(bundle);
        house.Do("start", house.Id).FailedWith(1, "exec: \"dir\": is a directory");
        house.WaitForStatus("stopped");
        house.Do("delete", house.Id).Succeeded();
    }
}
