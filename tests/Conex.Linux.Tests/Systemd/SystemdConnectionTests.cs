using Conex.Linux.DBus;
using Conex.Linux.Systemd;
using Conex.Linux.Tests.DBus;

namespace Conex.Linux.Tests.Systemd;

public sealed class SystemdConnectionTests
{
    private const string Manager = "org.freedesktop.systemd1.Manager";
    private const string Job = "/org/freedesktop/systemd1/job/7";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_unit_runs_when_its_own_job_is_done()
    {
        using var peer = new BusPeer(p =>
        {
            DBusMessage call = p.Receive();
            p.Send(Removed("/another/job", "failed"));
            p.Send(Removed(Job, "done"));
            p.Reply(call, "o", b => b.String(Job));
        });
        using var systemd = Over(peer);

        systemd.StartTransient("a.scope", [new("Delegate", true), new("PIDs", new[] { 5U }), new("MemoryMax", 9UL)]);

        DBusMessage sent = Assert.Single(peer.Calls);
        Assert.Equal(("StartTransientUnit", "ssa(sv)a(sa(sv))"), (sent.Member, sent.Signature));
        var body = new DBusReader(sent.Body);
        Assert.Equal(("a.scope", "replace"), (body.String(), body.String()));
        Assert.Equal(0U, SecondArray(sent.Body));
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("timeout")]
    [InlineData("canceled")]
    public void A_job_that_is_not_done_is_an_error_with_systemds_word(string result)
    {
        using var peer = new BusPeer(p =>
        {
            p.Reply(p.Receive(), "o", b => b.String(Job));
            p.Send(Removed(Job, result));
        });
        using var systemd = Over(peer);

        DBusException refusal = Assert.Throws<DBusException>(() => systemd.StartTransient("a.scope", []));

        Assert.StartsWith($"start a.scope: systemd says {result}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_a_unit_that_is_gone_is_no_error()
    {
        using var peer = new BusPeer(p =>
        {
            for (int i = 0; i < 2; i++)
            {
                DBusMessage call = p.Receive();
                DBusMessage error = BusPeer.Message(DBusMessageType.Error, "s", b => b.String("not loaded"));
                p.Send(error with { ErrorName = "org.freedesktop.systemd1.NoSuchUnit", ReplySerial = call.Serial });
            }
        });
        using var systemd = Over(peer);

        systemd.Stop("a.scope");
        systemd.ResetFailed("a.scope");

        Assert.Equal(["StopUnit", "ResetFailedUnit"], peer.Calls.Select(c => c.Member));
    }

    [Fact]
    public void The_control_group_is_read_from_a_variant()
    {
        using var peer = new BusPeer(p =>
            p.Reply(
                p.Receive(),
                "v",
                b =>
                {
                    b.Signature("s");
                    b.String("/user.slice/");
                }
            )
        );
        using var systemd = Over(peer);

        Assert.Equal("/user.slice", systemd.ControlGroup());
    }

    [Fact]
    public void An_answer_of_another_type_is_an_error()
    {
        using var peer = new BusPeer(p => p.Reply(p.Receive(), "u", b => b.UInt32(1)));
        using var systemd = Over(peer);

        Assert.Contains(
            "it is 'u', not 'o'",
            Assert.Throws<DBusException>(() => systemd.StartTransient("a.scope", [])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_signal_that_is_cut_short_is_an_error()
    {
        using var peer = new BusPeer(p =>
        {
            p.Reply(p.Receive(), "o", b => b.String(Job));
            p.Send(Removed(Job, "done") with { Body = [1, 2] });
        });
        using var systemd = Over(peer);

        Assert.Throws<DBusException>(() => systemd.StartTransient("a.scope", []));
    }

    [Fact]
    public void Every_kind_of_value_is_a_variant_that_a_reader_can_skip()
    {
        UnitProperty[] properties =
        [
            new("A", true),
            new("B", 1),
            new("C", 2U),
            new("D", 3L),
            new("E", 4UL),
            new("F", 5.5),
            new("G", "text"),
            new("H", new byte[] { 1, 2, 3 }),
            new("I", new[] { 1U, 2U }),
            new("J", new[] { "a", "b" }),
            new("K", new[] { ("/dev/null", "rwm"), ("char-pts", "r") }),
            new("L", Array.Empty<(string, string)>()),
            new("M", 6UL),
        ];
        using var peer = new BusPeer(p => p.Reply(p.Receive()));
        using var systemd = Over(peer);

        systemd.SetProperties("a.scope", properties);

        DBusMessage sent = Assert.Single(peer.Calls);
        var body = new DBusReader(sent.Body);
        body.Skip("sb");
        body.UInt32();
        body.Align(8);
        foreach (UnitProperty property in properties)
        {
            body.Align(8);
            Assert.Equal(property.Name, body.String());
            Assert.Equal(property.Signature, body.Signature());
            body.Skip(property.Signature);
        }
        Assert.True(body.IsAtEnd);
    }

    private static SystemdConnection Over(BusPeer peer) => SystemdConnection.Over(DBusConnection.Open(peer.Client, Patience));

    private static DBusMessage Removed(string job, string result) =>
        BusPeer.Message(
            DBusMessageType.Signal,
            "uoss",
            b =>
            {
                b.UInt32(7);
                b.String(job);
                b.String("a.scope");
                b.String(result);
            }
        ) with
        {
            Interface = Manager,
            Member = "JobRemoved",
        };

    /// <summary>The length of the array of other units that comes after the properties.</summary>
    private static uint SecondArray(byte[] body)
    {
        var reader = new DBusReader(body);
        reader.Skip("ssa(sv)");
        return reader.UInt32();
    }
}
