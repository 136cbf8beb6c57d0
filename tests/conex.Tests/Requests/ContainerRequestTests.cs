namespace Conex.Cli.Tests.Requests;

public sealed class ContainerRequestTests
{
    [Fact]
    public void Run_attaches_output_and_leaves_input_closed()
    {
        var request = RunRequest.Of("img");
        Assert.Equal("img", request.Image);
        Assert.Null(request.Cmd);
        Assert.Null(request.Entrypoint);
        Assert.True(request.AttachStdout);
        Assert.True(request.AttachStderr);
        Assert.False(request.AttachStdin);
        Assert.False(request.OpenStdin);
        Assert.False(request.Tty);
        Assert.Equal("default", request.HostConfig!.NetworkMode);
        Assert.Equal("no", request.HostConfig.RestartPolicy!.Name);
        Assert.Null(request.HostConfig.Init);
        Assert.Null(request.HostConfig.PidsLimit);
    }

    [Fact]
    public void Interactive_terminal_opens_input_once()
    {
        var request = RunRequest.Of("-it", "img", "sh");
        Assert.True(request is { Tty: true, OpenStdin: true, AttachStdin: true, StdinOnce: true });
        Assert.Equal(["sh"], request.Cmd!);
    }

    [Fact]
    public void Detached_attaches_nothing_and_keeps_input_open_for_later()
    {
        var request = RunRequest.Of("-dit", "img");
        Assert.True(request is { AttachStdin: false, AttachStdout: false, AttachStderr: false, OpenStdin: true, StdinOnce: false });
    }

    [Fact]
    public void Attach_names_the_streams()
    {
        var request = RunRequest.Of("-a", "stdin", "-a", "STDERR", "-i", "img");
        Assert.True(request is { AttachStdin: true, AttachStdout: false, AttachStderr: true });
        Assert.Contains("valid streams are STDIN, STDOUT and STDERR", RunRequest.Refusal("-a", "foo", "img"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_of_the_process_reaches_the_request()
    {
        var request = RunRequest.Of(
            "--name=web",
            "-w",
            "/app",
            "-u",
            "1:2",
            "-h",
            "box",
            "--entrypoint",
            "/init",
            "-l",
            "a=b=c",
            "-l",
            "bare",
            "--init",
            "--stop-signal",
            "QUIT",
            "--stop-timeout",
            "3",
            "--rm",
            "img",
            "-l",
            "--rm"
        );
        Assert.Equal("/app", request.WorkingDir);
        Assert.Equal("1:2", request.User);
        Assert.Equal("box", request.Hostname);
        Assert.Equal(["/init"], request.Entrypoint!);
        Assert.Equal("b=c", request.Labels!["a"]);
        Assert.Equal("", request.Labels["bare"]);
        Assert.True(request.HostConfig!.Init);
        Assert.Equal("QUIT", request.StopSignal);
        Assert.Equal(3, request.StopTimeout);
        Assert.True(request.HostConfig.AutoRemove);
        Assert.Equal(["-l", "--rm"], request.Cmd!);
    }

    [Fact]
    public void An_empty_entrypoint_removes_the_images() => Assert.Equal([""], RunRequest.Of("--entrypoint=", "img").Entrypoint!);

    [Fact]
    public void Limits_are_numbers_in_the_request()
    {
        var host = RunRequest.Host(
            "-m",
            "64m",
            "--memory-swap=-1",
            "--cpus",
            "1.5",
            "--pids-limit=100",
            "--shm-size",
            "1g",
            "-c",
            "512",
            "img"
        );
        Assert.Equal(64 << 20, host.Memory);
        Assert.Equal(-1, host.MemorySwap);
        Assert.Equal(1_500_000_000, host.NanoCpus);
        Assert.Equal(100, host.PidsLimit);
        Assert.Equal(1 << 30, host.ShmSize);
        Assert.Equal(512, host.CpuShares);
    }

    [Theory]
    [InlineData("invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'", "-m", "x")]
    [InlineData("invalid argument \"-1\" for \"-m, --memory\" flag: invalid size: '-1'", "-m", "-1")]
    [InlineData("invalid argument \"x\" for \"--cpus\" flag: failed to parse x as a rational number", "--cpus", "x")]
    [InlineData("invalid argument \"x\" for \"--ulimit\" flag: invalid ulimit argument: x", "--ulimit", "x")]
    [InlineData("invalid argument \"=\" for \"-e, --env\" flag: invalid environment variable: =", "-e=")]
    [InlineData("invalid argument \"foo\" for \"--add-host\" flag: bad format for add-host: \"foo\"", "--add-host", "foo")]
    public void A_wrong_value_is_refused_in_dockers_words(string reason, params string[] words) =>
        Assert.Equal(reason, RunRequest.Refusal([.. words, "img"]));

    [Fact]
    public void Confinement_reaches_the_request()
    {
        var host = RunRequest.Host(
            "--cap-add",
            "NET_ADMIN",
            "--cap-drop=ALL",
            "--privileged",
            "--read-only",
            "--network",
            "none",
            "--tmpfs",
            "/run:size=1m",
            "--tmpfs",
            "/tmp",
            "--security-opt",
            "no-new-privileges",
            "--security-opt",
            "seccomp=unconfined",
            "--ulimit",
            "nofile=10:20",
            "img"
        );
        Assert.Equal(["NET_ADMIN"], host.CapAdd!);
        Assert.Equal(["ALL"], host.CapDrop!);
        Assert.True(host.Privileged);
        Assert.True(host.ReadonlyRootfs);
        Assert.Equal("none", host.NetworkMode);
        Assert.Equal("size=1m", host.Tmpfs!["/run"]);
        Assert.Equal("", host.Tmpfs["/tmp"]);
        Assert.Equal(["no-new-privileges", "seccomp=unconfined"], host.SecurityOpt!);
        Assert.Equal((10, 20), (host.Ulimits![0].Soft, host.Ulimits[0].Hard));
    }

    [Fact]
    public void Open_system_paths_mean_no_masks()
    {
        var host = RunRequest.Host("--security-opt", "systempaths=unconfined", "img");
        Assert.Empty(host.MaskedPaths!);
        Assert.Empty(host.ReadonlyPaths!);
        Assert.Null(host.SecurityOpt);
        Assert.Null(RunRequest.Host("img").MaskedPaths);
    }

    [Fact]
    public void Removal_and_restart_exclude_each_other() =>
        Assert.Equal(
            "conflicting options: cannot specify both --restart and --rm",
            Assert.Throws<FormatException>(() => RunRequest.Of("--rm", "--restart", "always", "img")).Message
        );

    [Fact]
    public void Ports_are_passed_on_with_ranges_and_addresses()
    {
        var bindings = RunRequest
            .Host("-p", "8080:80", "-p", "127.0.0.1::53/udp", "-p", "90-91:70-71", "-p", "[::1]:5:6", "img")
            .PortBindings!;
        Assert.Equal("8080", bindings["80/tcp"]![0].HostPort);
        Assert.Equal(("127.0.0.1", ""), (bindings["53/udp"]![0].HostIp, bindings["53/udp"]![0].HostPort));
        Assert.Equal("91", bindings["71/tcp"]![0].HostPort);
        Assert.Equal("::1", bindings["6/tcp"]![0].HostIp);
        Assert.Equal("invalid containerPort: b", Assert.Throws<FormatException>(() => RunRequest.Of("-p", "a:b", "img")).Message);
    }
}
