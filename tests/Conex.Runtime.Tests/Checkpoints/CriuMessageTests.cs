using System.Text;
using Conex.Runtime.Checkpoints;

namespace Conex.Runtime.Tests.Checkpoints;

/// <summary>Messages to and from criu, byte for byte as protoc's own encoder writes them.</summary>
public sealed class CriuMessageTests
{
    [Fact]
    public void A_request_has_its_fields_by_their_numbers()
    {
        var request = new CriuRequest(CriuRequestType.Dump);
        request.Set(CriuOption.Pid, 300);
        request.Set(CriuOption.LeaveRunning, true);
        request.Set(CriuOption.LogFile, "a");
        request.AddMount("/x", "y");
        request.Set(CriuOption.NetworkLock, 3);

        byte[] options =
        [
            .. (byte[])[0x10, 0xAC, 0x02], // pid = 2
            .. (byte[])[0x18, 0x01], // leave_running = 3
            .. (byte[])[0x52, 0x01, (byte)'a'], // log_file = 10
            .. (byte[])[0xBA, 0x01, 0x07, 0x0A, 0x02, (byte)'/', (byte)'x', 0x12, 0x01, (byte)'y'], // ext_mnt = 23
            .. (byte[])[0x80, 0x04, 0x03], // network_lock = 64
        ];
        Assert.Equal([0x08, 0x01, 0x12, (byte)options.Length, .. options], request.ToArray());
    }

    [Fact]
    public void A_negative_number_takes_ten_bytes()
    {
        var message = new ProtobufWriter();
        message.Add(1, -1);

        Assert.Equal([0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], message.Written.ToArray());
    }

    [Fact]
    public void A_long_text_has_its_length_in_more_than_one_byte()
    {
        var message = new ProtobufWriter();
        message.Add(13, new string('x', 300));

        Assert.Equal([0x6A, 0xAC, 0x02], message.Written[..3].ToArray());
        Assert.Equal(303, message.Written.Length);
    }

    [Fact]
    public void A_notification_is_understood_and_what_is_unknown_is_passed_over()
    {
        byte[] script = Encoding.UTF8.GetBytes("post-restore");
        byte[] notification = [0x0A, (byte)script.Length, .. script, 0x10, 0xD2, 0x09];
        byte[] message =
        [
            .. (byte[])[0x08, 0x06, 0x10, 0x01],
            .. (byte[])[0xA5, 0x06, 1, 2, 3, 4], // field 100, four bytes
            .. (byte[])[0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8], // field 100, eight bytes
            .. (byte[])[0x2A, (byte)notification.Length],
            .. notification,
        ];

        var answer = CriuAnswer.Parse(message);

        Assert.Equal((CriuRequestType.Notify, true, "post-restore", 1234), (answer.Type, answer.Success, answer.Script, answer.Pid));
    }

    [Fact]
    public void A_version_is_compared_by_number()
    {
        CriuVersion version = CriuAnswer.Parse([0x08, 0x0A, 0x10, 0x01, 0x52, 0x06, 0x08, 0x03, 0x10, 0x11, 0x20, 0x01]).Version;

        Assert.Equal("3.17.1", version.ToString());
        Assert.True(version.IsAtLeast(3, 9));
        Assert.False(version.IsAtLeast(3, 18));
        Assert.False(version.IsAtLeast(4, 0));
    }

    [Theory]
    [InlineData(new byte[] { 0x08 })]
    [InlineData(new byte[] { 0x2A, 0x05, 0x01 })]
    [InlineData(new byte[] { 0x0B })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 })]
    public void A_damaged_answer_is_refused(byte[] message) => Assert.Throws<FormatException>(() => CriuAnswer.Parse(message));
}
