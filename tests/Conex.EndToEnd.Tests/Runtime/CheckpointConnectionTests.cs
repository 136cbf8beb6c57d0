using System.Net.Sockets;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Sockets of a container that is written down: connections inside, and those that lead out.</summary>
public sealed class CheckpointConnectionTests : IDisposable
{
    private const string Talker =
        "sleep 1000000 | nc -l -p 99 & until grep -q ':0063 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.02; done; while :; do echo word; sleep 0.02; done | nc 127.0.0.1 99";

    private readonly CheckpointHouse house = new();

    private RuntimeHouse Plain => house.House;

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_connection_inside_goes_on_after_the_restore()
    {
        TestBundle bundle = Plain.NewBundle().Shell(Talker);
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("word");
        house.Checkpoint("--tcp-established").Succeeded();

        using RunningProgram restored = house.Restore(bundle, "--tcp-established");
        // The kernel sends again what it held back, so that words come at all only by the old connection.
        restored.WaitForOutput("word\nword\nword\n");
        Assert.Matches("^(word|ord|rd|d|)\n(word\n)*$", restored.Output[..(restored.Output.LastIndexOf('\n') + 1)]);
        Plain.Remove();
    }

    [Fact]
    public void A_connection_is_written_down_where_it_is_asked_for()
    {
        using RunningProgram run = house.Run(Plain.NewBundle().Shell(Talker));
        run.WaitForOutput("word");
        CommandResult refused = house.Checkpoint("--leave-running").EndedWith(1);
        Assert.Contains("Connected TCP socket, consider using --tcp-established option", refused.Error, StringComparison.Ordinal);

        house.Checkpoint("--leave-running", "--tcp-established").Succeeded();
        int then = run.Output.Length;
        Eventually.True(() => run.Output.Length > then, "the connection goes on");
        Plain.Remove();
    }

    [Fact]
    public void A_connection_is_written_down_where_the_file_that_an_annotation_names_asks_for_it()
    {
        string file = Plain.WriteFile("criu.conf", "tcp-established\n");
        TestBundle bundle = Plain
            .NewBundle()
            .With(s => s with { Annotations = new Dictionary<string, string> { ["org.criu.config"] = file } })
            .Shell(Talker);
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("word");
        house.Checkpoint().Succeeded();

        using RunningProgram restored = house.Restore(bundle);
        restored.WaitForOutput("word\nword\nword\n");
        Plain.Remove();
    }

    [Fact]
    public void A_connection_is_closed_at_the_restore_where_it_is_asked_for()
    {
        TestBundle bundle = Plain.NewBundle().Shell($"{Talker}; echo the connection is gone; sleep 1000000");
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("word");
        house.Checkpoint("--tcp-established").Succeeded();

        using RunningProgram restored = house.Restore(bundle, "--tcp-close");
        restored.WaitForOutput("the connection is gone");
        Plain.Remove();
    }

    /// <summary>A listener that is stopped takes no connection: the kernel has made it, and nobody has it.</summary>
    [Fact]
    public void A_connection_that_nobody_took_yet_is_left_out_where_it_is_asked_for()
    {
        TestBundle bundle = Plain.NewBundle().Shell("nc -l -p 99 -e echo answered & echo ready; while :; do sleep 0.02; done");
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("ready");
        Eventually.True(() => Plain.Exec("grep", "-q", ":0063 .* 0A ", "/proc/net/tcp", "/proc/net/tcp6").ExitCode == 0, "it listens");
        Plain.Exec("killall", "-STOP", "nc").Succeeded();
        Eventually.True(() => Plain.Exec("sh", "-c", "grep -q '^State:.T' /proc/$(pidof nc)/status").ExitCode == 0, "it is stopped");
        using RunningProgram caller = Call();
        Eventually.True(
            () => Plain.Exec("grep", "-q", ":0063 .* 01 ", "/proc/net/tcp", "/proc/net/tcp6").ExitCode == 0,
            "the kernel connects"
        );
        CommandResult refused = house.Checkpoint("--leave-running").EndedWith(1);
        Assert.Contains("In-flight connection (l)", refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal("running", Plain.Status());
        house.Checkpoint("--tcp-skip-in-flight").Succeeded();

        using RunningProgram restored = house.Restore(bundle);
        Plain.Exec("killall", "-CONT", "nc").Succeeded();
        using RunningProgram second = Call();
        second.WaitForOutput("answered");
        Plain.Remove();

        RunningProgram Call() =>
            RunningProgram.Start(
                "nsenter",
                [$"--net=/proc/{Plain.InitPid}/ns/net", $"{bundle.Rootfs}/bin/busybox", "nc", "127.0.0.1", "99"]
            );
    }

    [Theory]
    [InlineData]
    [InlineData("--empty-ns", "network")]
    public void A_new_network_namespace_has_its_loopback_device_up_and_nothing_else(params string[] options)
    {
        TestBundle bundle = Plain.NewBundle();
        using RunningProgram run = house.RunCounter(bundle);
        string up = Plain.Exec("sh", "-c", "ifconfig lo | grep -E 'inet addr|UP'").Text;
        Assert.Contains("127.0.0.1", up, StringComparison.Ordinal);
        // A device that only hooks or whoever made it could bring back.
        RunningProgram
            .Run(
                "ip",
                ["link", "add", "extra", "netns", $"{Plain.InitPid}", "type", "veth", "peer", "name", "other", "netns", $"{Plain.InitPid}"]
            )
            .Succeeded();
        Assert.Equal(3, Devices().Length);
        house.Checkpoint(options).Succeeded();

        using RunningProgram restored = house.Restore(bundle, options);
        Assert.Equal(up, Plain.Exec("sh", "-c", "ifconfig lo | grep -E 'inet addr|UP'").Text);
        Assert.Equal(["lo"], Devices());
        Plain.Remove();
    }

    /// <summary>criu looks for the other end in the container's network namespace alone, and at the restore by the name that its owner gave it.</summary>
    [Fact]
    public void A_unix_socket_that_leads_out_is_written_down_where_it_is_asked_for()
    {
        string shared = $"{Plain.Place}/shared";
        Directory.CreateDirectory(shared);
        using var log = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        log.Bind(new UnixDomainSocketEndPoint($"{shared}/log"));
        log.ReceiveTimeout = 20_000;
        // logger(1) connects once and sends each line.
        TestBundle bundle = Plain
            .NewBundle()
            .WithoutNamespace("network")
            .Mount(shared, "bind", shared, "bind")
            .Shell($"ln -s {shared}/log /dev/log; mkfifo /feed; echo ready; while :; do read -r line </feed; echo $line; done | logger");
        using RunningProgram run = house.Run(bundle);
        run.WaitForOutput("ready");
        Say("one");
        Assert.EndsWith("one\n", Heard(), StringComparison.Ordinal);
        CommandResult refused = house.Checkpoint("--leave-running").EndedWith(1);
        Assert.Contains("External socket is used. Consider using --ext-unix-sk option", refused.Error, StringComparison.Ordinal);
        house.Checkpoint("--ext-unix-sk").Succeeded();

        using RunningProgram restored = house.Restore(bundle, "--ext-unix-sk");
        Say("two");
        Assert.EndsWith("two\n", Heard(), StringComparison.Ordinal);
        Plain.Remove();

        void Say(string word) => Plain.Exec("sh", "-c", $"echo {word} >/feed").Succeeded();
        string Heard()
        {
            byte[] message = new byte[512];
            return System.Text.Encoding.UTF8.GetString(message, 0, log.Receive(message));
        }
    }

    private string[] Devices() => Plain.Exec("ls", "/sys/class/net").Text.Split('\n');
}
