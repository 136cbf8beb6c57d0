using System.Diagnostics;
using Conex.Linux.Files;
using Conex.Linux.Polling;
using Conex.Linux.Sockets;

namespace Conex.Runtime.Tests.Monitors;

public sealed class EngineWakeUpTests
{
    [Fact]
    public void An_engine_that_listens_is_not_started()
    {
        UnixSocket? engine = null;
        using var monitor = new RunningMonitor(
            new ShellPayload("true"),
            options => options with { EngineProgram = "/nothing/conexd", EngineSocket = $"{options.RunDirectory}/conex.sock" },
            directory => engine = UnixSocket.Listen($"{directory}/conex.sock")
        );
        _ = monitor.RunToEnd();
        Assert.Equal(0, Poll.Readable([engine], 0));
        engine!.Dispose();
        Assert.Empty(monitor.Said());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_engine_that_does_not_listen_is_started_without_arguments(bool leftSocket)
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("true"),
            options =>
                options with
                {
                    EngineProgram = $"{options.RunDirectory}/conexd",
                    EngineSocket = $"{options.RunDirectory}/conex.sock",
                },
            directory =>
            {
                RunningMonitor.MakeGate(directory);
                File.WriteAllText($"{directory}/script", $"#!/bin/sh\necho engine $# > {directory}/gate\n");
                // By another program: what this one has open for writing while it starts a child, nobody can execute until that child's execve.
                using (var install = Process.Start("install", [$"{directory}/script", $"{directory}/conexd"]))
                {
                    install.WaitForExit();
                }
                if (leftSocket)
                {
                    UnixSocket.Listen($"{directory}/conex.sock").Dispose();
                }
            }
        );
        using FileHandle gate = PathAt.Open($"{monitor.Directory}/gate", OpenMode.ReadWrite);
        _ = monitor.RunToEnd();
        Span<byte> line = stackalloc byte[64];
        Assert.Equal(0, Poll.Readable([gate], 60_000));
        Assert.Equal("engine 0\n", System.Text.Encoding.ASCII.GetString(line[..FileIo.Read(gate, line)]));
    }

    [Fact]
    public void An_engine_that_cannot_be_started_is_said()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("true"),
            options => options with { EngineProgram = "/nothing/conexd", EngineSocket = "/nothing/conex.sock" }
        );
        _ = monitor.RunToEnd();
        Assert.Contains("the engine cannot be started to clean up: start /nothing/conexd: no such file", monitor.Said());
    }
}
