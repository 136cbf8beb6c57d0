using Conex.Linux.DBus;
using Conex.Linux.Systemd;
using Conex.Linux.Tests.DBus;

namespace Conex.Linux.Tests.Systemd;

/// <summary>systemd reached through a bus.</summary>
public sealed class SystemdBusTests
{
    private const string Job = "/org/freedesktop/systemd1/job/7";
    private const string Systemd = ":1.3";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_bus_is_greeted_and_asked_for_the_signal_and_each_call_names_systemd()
    {
        using var peer = new BusPeer(p =>
        {
            Greet(p);
            p.Send(Answer(p.Receive()));
            p.Send(Removed("done", Systemd));
        });
        using var systemd = Over(peer);

        systemd.StartTransient("a.scope", []);

        Assert.Equal(
            ["org.freedesktop.DBus Hello", "org.freedesktop.DBus AddMatch", "org.freedesktop.systemd1 StartTransientUnit"],
            peer.Calls.Select(c => $"{c.Destination} {c.Member}")
        );
        Assert.Contains("member='JobRemoved'", new DBusReader(peer.Calls[1].Body).String(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_else_on_the_bus_can_say_that_a_job_is_done()
    {
        using var peer = new BusPeer(p =>
        {
            Greet(p);
            DBusMessage call = p.Receive();
            p.Send(Removed("done", ":1.66"));
            p.Send(Answer(call));
            p.Send(Removed("done", ":1.66"));
            p.Send(Removed("failed", Systemd));
        });
        using var systemd = Over(peer);

        Assert.StartsWith(
            "start a.scope: systemd says failed",
            Assert.Throws<DBusException>(() => systemd.StartTransient("a.scope", [])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_bus_that_takes_nobody_more_is_an_error_in_its_words()
    {
        using var peer = new BusPeer(p =>
        {
            DBusMessage error = BusPeer.Message(DBusMessageType.Error, "s", b => b.String("too many connections"));
            p.Send(error with { ErrorName = "org.freedesktop.DBus.Error.LimitsExceeded", ReplySerial = p.Receive().Serial });
        });

        Assert.Contains("too many connections", Assert.Throws<DBusException>(() => Over(peer)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("257.7-1", 257)]
    [InlineData("v245.4-4ubuntu3.24", 245)]
    [InlineData("systemd 219", 219)]
    public void The_version_is_the_first_number(string text, int expected)
    {
        using var peer = new BusPeer(p =>
            p.Reply(
                p.Receive(),
                "v",
                b =>
                {
                    b.Signature("s");
                    b.String(text);
                }
            )
        );
        using var systemd = SystemdConnection.Over(DBusConnection.Open(peer.Client, Patience));

        Assert.Equal(expected, systemd.Version());
    }

    private static SystemdConnection Over(BusPeer peer) => SystemdConnection.Over(DBusConnection.Open(peer.Client, Patience), viaBus: true);

    /// <summary>What dbus-daemon answers, and the signal that it sends unasked.</summary>
    private static void Greet(BusPeer peer)
    {
        peer.Reply(peer.Receive(), "s", b => b.String(":1.9"));
        DBusMessage acquired = BusPeer.Message(DBusMessageType.Signal, "s", b => b.String(":1.9"));
        peer.Send(acquired with { Interface = "org.freedesktop.DBus", Member = "NameAcquired", Sender = "org.freedesktop.DBus" });
        peer.Reply(peer.Receive());
    }

    private static DBusMessage Answer(DBusMessage call) =>
        BusPeer.Message(DBusMessageType.MethodReturn, "o", b => b.String(Job)) with
        {
            ReplySerial = call.Serial,
            Sender = Systemd,
        };

    private static DBusMessage Removed(string result, string sender) =>
        BusPeer.Message(
            DBusMessageType.Signal,
            "uoss",
            b =>
            {
                b.UInt32(7);
                b.String(Job);
                b.String("a.scope");
                b.String(result);
            }
        ) with
        {
            Interface = "org.freedesktop.systemd1.Manager",
            Member = "JobRemoved",
            Sender = sender,
        };
}
