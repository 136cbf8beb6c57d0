using System.Text;
using Conex.Cli.Terminals;
using CsCheck;

namespace Conex.Cli.Tests.Terminals;

public sealed class DetachKeysTests
{
    private static (bool Detached, string Sent) Type(string? keys, params string[] reads)
    {
        var detach = DetachKeys.Parse(keys);
        var sent = new List<byte>();
        foreach (var read in reads)
        {
            if (detach.Take(Encoding.Latin1.GetBytes(read), sent))
                return (true, Encoding.Latin1.GetString([.. sent]));
        }
        return (false, Encoding.Latin1.GetString([.. sent]));
    }

    [Fact]
    public void Ctrl_p_ctrl_q_detaches_however_the_reads_are_cut()
    {
        Assert.Equal((true, "ls"), Type(null, "ls\x10\x11rest"));
        Assert.Equal((true, ""), Type("", "\x10", "\x11"));
    }

    [Fact]
    public void A_start_that_goes_on_otherwise_is_sent_after_all()
    {
        Assert.Equal((false, "\x10" + "a"), Type(null, "\x10", "a"));
        Assert.Equal((true, "\x10"), Type(null, "\x10\x10\x11"));
        Assert.Equal((false, ""), Type(null, "\x10"));
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("ctrl-a", "\x01")]
    [InlineData("ctrl-@,x", "\0x")]
    [InlineData("ctrl-],ctrl-_", "\x1d\x1f")]
    public void Keys_are_letters_and_control_codes(string keys, string typed) => Assert.Equal((true, ""), Type(keys, typed));

    [Theory]
    [InlineData("foo")]
    [InlineData("ctrl-1")]
    [InlineData("a,,b")]
    public void Unknown_keys_are_refused(string keys) => Assert.Throws<FormatException>(() => DetachKeys.Parse(keys));

    [Fact]
    public void What_holds_no_key_passes_unchanged() =>
        Gen.Byte[32, 255]
            .Array.Array[0, 4]
            .Sample(static reads =>
            {
                var detach = DetachKeys.Parse(null);
                var sent = new List<byte>();
                foreach (var read in reads)
                    Assert.False(detach.Take(read, sent));
                Assert.Equal(reads.SelectMany(static read => read), sent);
            });
}
