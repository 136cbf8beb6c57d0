using Conex.Linux.DBus;

namespace Conex.Linux.Tests.DBus;

public sealed class DBusConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);
    private static readonly DBusMessage Call = new(DBusMessageType.MethodCall) { Interface = "a.b", Member = "Do" };

    [Fact]
    public void A_call_gets_the_reply_to_itself_and_no_other()
    {
        using var peer = new BusPeer(p =>
        {
            DBusMessage call = p.Receive();
            p.Reply(call with { Serial = call.Serial + 5 }, "s", b => b.String("another's"));
            p.Send(BusPeer.Message(DBusMessageType.Signal, "", null));
            p.Reply(call, "s", b => b.String("ours"));
        });
        using var connection = DBusConnection.Open(peer.Client, Patience);

        Assert.Equal("ours", connection.Call(Call).FirstText);
        Assert.Equal("Do", Assert.Single(peer.Calls).Member);
    }

    [Fact]
    public void A_signal_that_came_before_the_reply_is_not_lost()
    {
        using var peer = new BusPeer(p =>
        {
            DBusMessage call = p.Receive();
            p.Send(BusPeer.Message(DBusMessageType.Signal, "s", b => b.String("first")));
            p.Reply(call);
            p.Send(BusPeer.Message(DBusMessageType.Signal, "s", b => b.String("second")));
        });
        using var connection = DBusConnection.Open(peer.Client, Patience);
        connection.Call(Call);

        Assert.Equal("first", connection.WaitForSignal(m => m.FirstText == "first", "a signal").FirstText);
        Assert.Equal("second", connection.WaitForSignal(m => m.FirstText == "second", "a signal").FirstText);
    }

    [Fact]
    public void An_error_keeps_its_name_and_its_text()
    {
        using var peer = new BusPeer(p =>
        {
            DBusMessage call = p.Receive();
            DBusMessage error = BusPeer.Message(DBusMessageType.Error, "s", b => b.String("no such thing"));
            p.Send(error with { ErrorName = "a.b.Missing", ReplySerial = call.Serial });
        });
        using var connection = DBusConnection.Open(peer.Client, Patience);

        DBusException refusal = Assert.Throws<DBusException>(() => connection.Call(Call));

        Assert.Equal("a.b.Missing", refusal.Name);
        Assert.Equal("Do: no such thing (a.b.Missing)", refusal.Message);
    }

    [Fact]
    public void A_peer_that_says_nothing_is_not_waited_for_without_end()
    {
        using var peer = new BusPeer(p => p.Receive());
        using var connection = DBusConnection.Open(peer.Client, Short);

        Assert.Contains(
            "no answer on D-Bus within",
            Assert.Throws<DBusException>(() => connection.Call(Call)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Signals_without_end_do_not_make_a_wait_longer()
    {
        using var peer = new BusPeer(p =>
        {
            p.Receive();
            try
            {
                while (true)
                {
                    p.Send(BusPeer.Message(DBusMessageType.Signal, "", null));
                }
            }
            catch (Conex.Linux.Errors.KernelException)
            {
                // The client has gone.
            }
        });
        using var connection = DBusConnection.Open(peer.Client, Short);

        Assert.Throws<DBusException>(() => connection.Call(Call));
    }

    [Fact]
    public void A_peer_that_hangs_up_in_the_middle_of_a_message_is_an_error()
    {
        using var peer = new BusPeer(p =>
        {
            p.Receive();
            p.SendBytes([(byte)'l', 2, 0, 1, 100, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
            p.HangUp();
        });
        using var connection = DBusConnection.Open(peer.Client, Patience);

        Assert.Contains("hung up", Assert.Throws<DBusException>(() => connection.Call(Call)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_gigabytes_is_refused_before_memory_is_taken_for_it()
    {
        using var peer = new BusPeer(p =>
        {
            p.Receive();
            p.SendBytes([(byte)'l', 2, 0, 1, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0, 0, 0, 0, 0]);
        });
        using var connection = DBusConnection.Open(peer.Client, Patience);

        Assert.Contains("2147483647 bytes", Assert.Throws<DBusException>(() => connection.Call(Call)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REJECTED EXTERNAL\r\n", "refused this user: REJECTED EXTERNAL")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "refused this user: HTTP/1.1 400")]
    public void A_peer_that_refuses_is_an_error(string answer, string expected)
    {
        using var peer = new BusPeer(_ => { }, answer);

        DBusException refusal = Assert.Throws<DBusException>(() => DBusConnection.Open(peer.Client, Patience));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_end_is_no_D_Bus()
    {
        using var peer = new BusPeer(_ => { }, new string('x', 2000));

        Assert.Contains(
            "does not speak D-Bus",
            Assert.Throws<DBusException>(() => DBusConnection.Open(peer.Client, Patience)).Message,
            StringComparison.Ordinal
        );
    }
}
