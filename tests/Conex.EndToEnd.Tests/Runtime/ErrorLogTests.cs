using System.Text;
using System.Text.Json;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Where errors are written beside standard error.</summary>
public sealed class ErrorLogTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Errors_go_to_the_log_file_as_JSON_objects_too()
    {
        string log = $"{house.Place}/log.json";
        CommandResult result = RunningProgram.Run(
            house.Program,
            ["--root", house.StateRoot, "--log", log, "--log-format", "json", "state", "no-such-container"]
        );
        result.FailedWith(1, "container does not exist");
        using var line = JsonDocument.Parse(Assert.Single(File.ReadAllLines(log)));
        Assert.Equal("error", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("container does not exist", line.RootElement.GetProperty("msg").GetString());
    }

    [Theory]
    [InlineData(
        "journald:box",
        "/run",
        "systemd/journal/socket",
        "PRIORITY=3\nSYSLOG_IDENTIFIER=box\nMESSAGE\n*container does not exist\n"
    )]
    [InlineData("syslog:box", "/dev", "log", "<11>box[*]: container does not exist")]
    [InlineData("syslog:", "/dev", "log", "<11>conex-runtime[*]: container does not exist")]
    public void Errors_go_to_the_hosts_log(string log, string directory, string name, string expected)
    {
        using UnixSocket socket = DatagramSocket.Bind($"{house.Place}/socket");
        string asHost =
            $"mount -t tmpfs host {directory}; mkdir -p $(dirname {directory}/{name}); ln -s {house.Place}/socket {directory}/{name}";
        RunningProgram
            .Run(
                "unshare",
                [
                    "-m",
                    "sh",
                    "-ec",
                    $"{asHost}; exec \"$@\"",
                    "sh",
                    house.Program,
                    "--root",
                    house.StateRoot,
                    "--log",
                    log,
                    "state",
                    "nobody",
                ]
            )
            .FailedWith(1, "container does not exist");
        Assert.Equal(0, Poll.Readable(new FileHandle?[] { socket }, 0));
        byte[] message = new byte[1024];
        string text = Encoding.UTF8.GetString(message, 0, FileIo.TryRead(socket, message, out _));
        int star = expected.IndexOf('*', StringComparison.Ordinal);
        Assert.StartsWith(expected[..star], text, StringComparison.Ordinal);
        Assert.EndsWith(expected[(star + 1)..], text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_nobody_reads_is_said_and_the_error_is_not_lost()
    {
        CommandResult result = RunningProgram.Run(
            "unshare",
            [
                "-m",
                "sh",
                "-ec",
                "mount -t tmpfs host /dev; exec \"$@\"",
                "sh",
                house.Program,
                "--root",
                house.StateRoot,
                "--log",
                "syslog:box",
                "state",
                "nobody",
            ]
        );
        result.EndedWith(1);
        Assert.Contains("conex-runtime: container does not exist", result.Error, StringComparison.Ordinal);
        Assert.Contains("--log syslog:box: connect to /dev/log", result.Error, StringComparison.Ordinal);
    }
}
