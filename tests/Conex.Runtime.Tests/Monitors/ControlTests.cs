using Conex.Runtime.Errors;
using Conex.Runtime.Monitors;

namespace Conex.Runtime.Tests.Monitors;

public sealed class ControlTests
{
    [Fact]
    public void A_container_ends_with_its_exit_code_in_the_file_and_on_the_connection()
    {
        var shell = new ShellPayload("exit 3");
        using var monitor = new RunningMonitor(shell);
        using Client control = monitor.Control();
        control.Send("start\n");
        string running = control.ReadLine()!;
        Assert.Equal("ok", control.ReadLine());
        Assert.Equal(["exited 3 0"], control.ReadLines());
        ExitRecord exit = monitor.Ended();
        Assert.Equal($"running {exit.Pid}", running);
        Assert.Equal((3, 0, false, null), (exit.ExitCode, exit.Signal, exit.OomKilled, exit.Error));
        Assert.True(string.CompareOrdinal(exit.StartedAt, exit.FinishedAt) < 0);
        Assert.Equal(1, shell.CleanUps);
    }

    [Fact]
    public void The_state_is_cleaned_up_before_the_end_is_told()
    {
        var shell = new ShellPayload("true");
        using var monitor = new RunningMonitor(shell);
        using Client control = monitor.Start();
        Assert.Equal("exited 0 0", control.ReadLine());
        Assert.Equal(1, shell.CleanUps);
        Assert.True(File.Exists($"{monitor.Directory}/exit.json"));
    }

    [Theory]
    [InlineData("kill 15", 15)]
    [InlineData("killall 9", 9)]
    public void A_signal_reaches_the_container(string request, int signal)
    {
        using var monitor = new RunningMonitor(new ShellPayload("exec sleep 1000"));
        using Client control = monitor.Start();
        control.Send($"{request}\n");
        Assert.Equal("ok", control.ReadLine());
        Assert.Equal($"exited {128 + signal} 0", control.ReadLine());
        ExitRecord exit = monitor.Ended();
        Assert.Equal((128 + signal, signal), (exit.ExitCode, exit.Signal));
    }

    [Fact]
    public void A_container_that_ran_out_of_memory_says_so()
    {
        using var monitor = new RunningMonitor(new ShellPayload("kill -9 $$") { OomKilled = true });
        using Client control = monitor.Start();
        Assert.Equal(["exited 137 1"], control.ReadLines());
        Assert.True(monitor.Ended().OomKilled);
    }

    [Fact]
    public void Every_control_connection_hears_of_every_change()
    {
        using var monitor = new RunningMonitor(new ShellPayload("exec sleep 1000"));
        using Client first = monitor.Control();
        using Client second = monitor.Control();
        first.Send("start\n");
        string running = second.ReadLine()!;
        Assert.StartsWith("running ", running);
        using Client third = monitor.Control(running);
        first.Send("killall 9\n");
        Assert.Equal([running, "ok", "ok", "exited 137 0"], first.ReadLines());
        Assert.Equal(["exited 137 0"], second.ReadLines());
        Assert.Equal(["exited 137 0"], third.ReadLines());
    }

    [Theory]
    [InlineData("")]
    [InlineData("stop")]
    [InlineData("start now")]
    [InlineData("kill")]
    [InlineData("kill TERM")]
    [InlineData("kill 0")]
    [InlineData("kill 65")]
    [InlineData("kill -9")]
    [InlineData("kill 99999999999999")]
    [InlineData("killall")]
    [InlineData("resize")]
    [InlineData("resize 24")]
    [InlineData("resize 24 65536")]
    [InlineData("resize a b")]
    [InlineData("resize 24 80 1")]
    public void A_bad_request_is_answered_with_an_error_and_changes_nothing(string request)
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        using Client control = monitor.Control();
        control.Send($"{request}\nstart\n");
        Assert.StartsWith("error ", control.ReadLine());
        Assert.StartsWith("running ", control.ReadLine());
        Assert.Equal(["ok", "exited 0 0"], control.ReadLines());
    }

    [Fact]
    public void Requests_that_do_not_fit_the_state_are_errors()
    {
        using var monitor = new RunningMonitor(new ShellPayload("exec sleep 1000"));
        using Client control = monitor.Start();
        control.Send("start\n");
        Assert.Equal("error the container was started already", control.ReadLine());
        control.Send("resize 24 80\n");
        Assert.Equal("error the container has no terminal", control.ReadLine());
        control.Send("kill 9\n");
        Assert.Equal(["ok", "exited 137 0"], control.ReadLines());
    }

    [Theory]
    [InlineData("control\n")]
    [InlineData("")]
    public void A_line_without_an_end_is_refused(string before)
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        using Client hostile = monitor.Connect(before);
        hostile.Send(new string('x', 64));
        List<string> lines = hostile.ReadLines();
        Assert.StartsWith("error ", lines[^1]);
        Assert.EndsWith("is too long", lines[^1]);
        _ = monitor.RunToEnd();
    }

    [Theory]
    [InlineData("hello\n")]
    [InlineData("\n")]
    [InlineData("attach\n")]
    [InlineData("attach 1 1\n")]
    [InlineData("attach 1 1 2\n")]
    [InlineData("attach 1 1 1 1\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public void A_first_line_that_is_none_is_refused(string line)
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        using Client client = monitor.Connect(line);
        Assert.StartsWith("error the first line is neither", Assert.Single(client.ReadLines()));
        _ = monitor.RunToEnd();
    }

    [Theory]
    [InlineData("layer 0\n")]
    [InlineData("layer 4\n")]
    [InlineData("layer 3 \n")]
    [InlineData("layer -3\n")]
    [InlineData("layer x\n")]
    public void Only_the_containers_layers_are_handed_out(string line)
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("true"),
            options => options with { Bundle = options.RunDirectory },
            directory =>
                File.WriteAllText(
                    $"{directory}/rootfs.json",
                    """{"strategy":"overlay-mounts","lowers":["fd:3","/unpacked"],"upper":"/u","work":"/w"}"""
                )
        );
        using Client client = monitor.Connect(line);
        Assert.Equal("error the container has no such layer", Assert.Single(client.ReadLines()));
        using Client known = monitor.Connect("layer 3\n");
        Assert.Equal("ok", Assert.Single(known.ReadLines()));
        _ = monitor.RunToEnd();
    }

    [Fact]
    public void A_client_that_floods_requests_and_reads_nothing_is_not_served_further()
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        using Client flood = monitor.Control();
        using Client control = monitor.Control();
        byte[] requests = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("nonsense\n", 1000)));
        HeldUp.Send(flood, control, requests, 64 << 20);
        control.Send("start\n");
        Assert.StartsWith("running ", control.ReadLine());
        Assert.Equal(["ok", "exited 0 0"], control.ReadLines());
        _ = monitor.Ended();
    }

    [Fact]
    public void More_clients_than_there_are_places_wait_for_their_turn()
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        List<Client> clients = [.. Enumerable.Range(0, 64).Select(_ => monitor.Control())];
        using Client waiting = monitor.Connect("control\n");
        clients[10].Dispose();
        Assert.Equal("waiting", waiting.ReadLine());
        waiting.Send("start\n");
        Assert.StartsWith("running ", waiting.ReadLine());
        Assert.Equal(["ok", "exited 0 0"], waiting.ReadLines());
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData(127, 127)]
    [InlineData(126, 126)]
    [InlineData(1, 128)]
    public void A_launch_that_fails_is_told_and_recorded(int exitCode, int recorded)
    {
        var shell = new ShellPayload("") { Refusal = new LaunchException("exec /nothing:\nno such file", exitCode) };
        using var monitor = new RunningMonitor(shell);
        using Client attached = monitor.Attach();
        using Client control = monitor.Control();
        control.Send("start\n");
        Assert.Equal(["failed exec /nothing: no such file", "error exec /nothing: no such file"], control.ReadLines());
        Assert.Empty(attached.ReadToEnd());
        ExitRecord exit = monitor.Ended();
        Assert.Equal((recorded, "exec /nothing:\nno such file", 0), (exit.ExitCode, exit.Error, exit.Pid));
        Assert.Equal(1, shell.CleanUps);
    }

    [Fact]
    public void Any_other_failure_of_a_launch_is_told_too()
    {
        using var monitor = new RunningMonitor(new ShellPayload("") { Refusal = new InvalidOperationException("no more forks") });
        using Client control = monitor.Control();
        control.Send("start\n");
        Assert.Equal(["failed no more forks", "error no more forks"], control.ReadLines());
        Assert.Equal(128, monitor.Ended().ExitCode);
    }

    [Fact]
    public void A_signal_before_the_start_ends_the_monitor()
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        using Client control = monitor.Control();
        control.Send("killall 9\n");
        Assert.Equal(["ok", "failed signal 9 came before the start"], control.ReadLines());
        Assert.Equal(128, monitor.Ended().ExitCode);
    }

    [Fact]
    public void A_monitor_that_nobody_starts_ends_by_itself()
    {
        var shell = new ShellPayload("true");
        using var monitor = new RunningMonitor(shell, options => options with { StartPatience = 1 });
        Assert.Equal("nobody asked for the start", monitor.Ended().Error);
        Assert.Equal(1, shell.CleanUps);
    }

    [Fact]
    public void A_monitor_whose_engine_died_before_the_start_ends_by_itself()
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"), options => options with { StartPatience = 2000 });
        monitor.Control().Dispose();
        Assert.Equal("nobody asked for the start", monitor.Ended().Error);
    }

    [Fact]
    public void The_record_and_the_socket_of_the_run_before_are_replaced()
    {
        using var monitor = new RunningMonitor(
            new ShellPayload("exit 4"),
            prepare: directory =>
            {
                File.WriteAllText($"{directory}/exit.json", """{"pid":1,"exitCode":9,"finishedAt":""}""");
                Conex.Linux.Sockets.UnixSocket.Listen($"{directory}/monitor.sock").Dispose();
            }
        );
        Assert.False(File.Exists($"{monitor.Directory}/exit.json"));
        Assert.Equal(4, monitor.RunToEnd().ExitCode);
    }

    [Fact]
    public void Only_the_owner_may_connect()
    {
        using var monitor = new RunningMonitor(new ShellPayload("true"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(monitor.Socket));
        _ = monitor.RunToEnd();
    }

    [Fact]
    public void A_directory_with_a_long_name_is_no_obstacle()
    {
        string nested = "";
        using var monitor = new RunningMonitor(
            new ShellPayload("exit 5"),
            options => options with { RunDirectory = nested },
            directory => nested = System.IO.Directory.CreateDirectory($"{directory}/{new string('d', 200)}").FullName
        );
        using (var control = new Client($"{nested}/monitor.sock", "control\n"))
        {
            control.Send("start\n");
            Assert.Equal("exited 5 0", control.ReadLines()[^1]);
        }
    }
}
