using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>The real docker client at the engine's socket, with no dockerd anywhere.</summary>
public sealed class DockerClientTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public static TheoryData<string> Clients => [.. DockerClients.All];

    public void Dispose() => house.RequireClean();

    [Theory]
    [MemberData(nameof(Clients))]
    public void Run(string docker)
    {
        CommandResult result = Do(docker, "run", "--rm", "--network", "none", "box", "sh", "-c", "echo out; echo err >&2; exit 3");

        Assert.Equal(3, result.ExitCode);
        Assert.Equal("out\n", result.Output);
        Assert.Equal("err\n", result.Error);
        Assert.Empty(house.Ask("ps", "-aq"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Run_i_with_half_close(string docker)
    {
        Assert.Equal("hi", OnHost(docker, "echo hi | $DOCKER run -i --rm --network none box cat").Text);
        Assert.Equal(
            "same",
            OnHost(
                docker,
                "head -c 3000000 /dev/urandom > d.in; $DOCKER run -i --rm --network none box cat < d.in > d.out; cmp d.in d.out && echo same"
            ).Text
        );
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Run_it(string docker)
    {
        var terminal = Terminal(docker, "$DOCKER run -it --rm --network none box sh");
        terminal.WaitFor("# ");
        terminal.Type("echo $((40+2))\n");
        terminal.WaitFor("42");
        // Old clients tell the size when the container runs already.
        AwaitSize("24 80", () => { });
        AwaitSize(
            "31 101",
            () =>
            {
                // A client that has asked for the size, and does not listen for changes yet, misses one.
                terminal.Resize(30, 100);
                terminal.Resize(31, 101);
            }
        );
        terminal.Type("exit 9\n");

        terminal.Finish().EndedWith(9);

        void AwaitSize(string size, Action resize) =>
            Eventually.True(
                () =>
                {
                    resize();
                    terminal.Type("stty size\n");
                    return terminal.Screen.Contains(size);
                },
                $"the size {size} arrived"
            );
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Detach_and_attach(string docker)
    {
        var terminal = Terminal(docker, "$DOCKER run -it --name kept --network none box sh; echo code $?; $DOCKER attach kept");
        terminal.WaitFor("# ");
        terminal.Type("MARK=kept\n");
        terminal.Type("\u0010\u0011");
        terminal.WaitFor("code ");
        terminal.Type("echo $MARK$((1+1))\n");
        terminal.WaitFor("kept2");
        terminal.Type("exit 6\n");

        terminal.Finish().EndedWith(6);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_missing_program_is_127_and_one_error(string docker)
    {
        CommandResult result = Do(docker, "run", "--rm", "--network", "none", "box", "no-such-program");

        Assert.Equal(127, result.ExitCode);
        Assert.Contains("docker: Error response from daemon: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Error waiting for container", result.Error, StringComparison.Ordinal);
        Eventually.True(() => house.Ask("ps", "-aq").Length == 0, "the container is removed");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Run_d_ps_logs_exec_top_inspect_stop_wait_rm(string docker)
    {
        string id = Ask(
            docker,
            "run",
            "-d",
            "--name",
            "web",
            "-l",
            "a=b",
            "-e",
            "X=y",
            "-m",
            "64m",
            "--network",
            "none",
            "box",
            "sh",
            "-c",
            "echo started; trap 'exit 5' TERM; while :; do sleep 0.05; done"
        );

        Assert.Equal(id[..12], Ask(docker, "ps", "-q"));
        Assert.Equal("web box Up", string.Join(' ', Ask(docker, "ps", "--format", "{{.Names}} {{.Image}} {{.Status}}").Split(' ')[..3]));
        Assert.Equal(id[..12], Ask(docker, "ps", "-aq", "--filter", "label=a=b"));
        Eventually.True(() => Ask(docker, "logs", "web") == "started", "the log has the line");
        Assert.Matches("^[0-9T:.Z-]+ started$", Ask(docker, "logs", "-t", "--tail", "1", "web"));
        Assert.Equal("y", Ask(docker, "exec", "web", "sh", "-c", "echo $X"));
        Assert.Equal("in", OnHost(docker, "echo in | $DOCKER exec -i web cat").Text);
        Do(docker, "exec", "web", "sh", "-c", "exit 4").EndedWith(4);
        Do(docker, "exec", "-d", "web", "touch", "/touched").Succeeded();
        Eventually.True(() => Do(docker, "exec", "web", "test", "-e", "/touched").ExitCode == 0, "the detached exec worked");
        Assert.Contains("while", Ask(docker, "top", "web"), StringComparison.Ordinal);
        Assert.Equal("67108864 running", Ask(docker, "inspect", "-f", "{{.HostConfig.Memory}} {{.State.Status}}", "web"));
        Assert.Equal("web", Ask(docker, "stop", "web"));
        Assert.Equal("5", Ask(docker, "wait", "web"));
        Assert.Equal("web", Ask(docker, "start", "web"));
        Assert.Equal("web", Ask(docker, "kill", "web"));
        Assert.Equal("137", Ask(docker, "wait", "web"));
        Assert.Equal("web", Ask(docker, "rm", "web"));
        Assert.Empty(Ask(docker, "ps", "-aq"));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Logs_f_follows(string docker)
    {
        string id = Ask(
            docker,
            "run",
            "-d",
            "--network",
            "none",
            "box",
            "sh",
            "-c",
            "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two"
        );
        RunningProgram logs = Begin(docker, "logs", "-f", id);
        logs.WaitForOutput("one");

        Ask(docker, "exec", id, "touch", "/go");

        Assert.Equal("one\ntwo\n", logs.Finish().Output);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Load_images_import_rmi(string docker)
    {
        house.Prepare();
        using var archive = new ImageArchive($"docker {docker}");
        string tar = archive.Docker($"{house.Place}/docker.tar", "fromdocker:1");

        Assert.Equal("Loaded image: fromdocker:1", Ask(docker, "load", "-i", tar));
        Assert.Equal("Loaded image: fromdocker:1", OnHost(docker, $"$DOCKER load < {tar}").Text);
        Assert.Contains("fromdocker:1", Ask(docker, "images", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);
        Assert.Equal(archive.ConfigDigest, Ask(docker, "inspect", "-f", "{{.Id}}", "fromdocker:1"));
        Assert.StartsWith("docker ", Ask(docker, "run", "--rm", "--network", "none", "fromdocker:1"), StringComparison.Ordinal);
        Assert.Contains("Untagged: fromdocker:1", Ask(docker, "rmi", "fromdocker:1"), StringComparison.Ordinal);
        Assert.StartsWith("sha256:", Ask(docker, "import", TestImages.BoxTar, "imported:1"), StringComparison.Ordinal);
        Ask(docker, "rmi", "imported:1");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Version_info_and_errors(string docker)
    {
        Assert.Matches("^[0-9.]+$", Ask(docker, "version", "-f", "{{.Server.APIVersion}}"));
        using var info = JsonDocument.Parse(Ask(docker, "info", "-f", "{{json .}}"));
        Assert.Equal("linux", info.RootElement.GetProperty("OSType").GetString());
        Assert.Contains("Server Version", Ask(docker, "info"), StringComparison.Ordinal);
        Assert.Contains("No such container: nobody", Do(docker, "logs", "nobody").EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains("No such object: nobody", Do(docker, "inspect", "nobody").EndedWith(1).Error, StringComparison.Ordinal);
        Assert.Contains("port", Do(docker, "run", "--rm", "-p", "8080:80", "box", "true").EndedWith(125).Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_killed_daemon_does_not_end_what_docker_started(string docker)
    {
        string id = Ask(docker, "run", "-d", "--network", "none", "box", "sleep", "1000000");
        int pid = house.PidOf(id);

        house.KillDaemon();
        house.Do("version").Succeeded();

        Assert.Equal(id[..12], Ask(docker, "ps", "-q"));
        Assert.Equal(pid, house.PidOf(id));
        Ask(docker, "rm", "-f", id);
    }

    private string Host => $"unix://{house.SocketPath}";

    private CommandResult Do(string docker, params string[] arguments)
    {
        Ready(docker);
        return house.DoProgram(docker, ["--host", Host, .. arguments]);
    }

    private string Ask(string docker, params string[] arguments) => Do(docker, arguments).Text;

    private RunningProgram Begin(string docker, params string[] arguments)
    {
        Ready(docker);
        return house.BeginProgram(docker, ["--host", Host, .. arguments]);
    }

    private CommandResult OnHost(string docker, string script)
    {
        Ready(docker);
        return house.DoOnHost(script);
    }

    private TerminalSession Terminal(string docker, string line)
    {
        Ready(docker);
        return new TerminalSession(house, line);
    }

    /// <summary>A docker client starts no daemon.</summary>
    private void Ready(string docker)
    {
        if (house.Daemons().Count == 0)
        {
            house.Do("version").Succeeded();
        }
        house.Environment["DOCKER"] = $"{docker} --host {Host}";
    }
}
