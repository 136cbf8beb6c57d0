using Conex.Linux.DBus;
using CsCheck;

namespace Conex.Linux.Tests.DBus;

public sealed class DBusMessageTests
{
    /// <summary>A call of Hello, byte for byte as the specification lays it out.</summary>
    private const string Hello =
        "6C010001" // little-endian, call, no flags, version 1
        + "00000000" // no body
        + "01000000" // serial
        + "6D000000" // 109 bytes of fields
        + "01016F0015000000"
        + "2F6F72672F667265656465736B746F702F4442757300" // path /org/freedesktop/DBus
        + "0000"
        + "0201730014000000"
        + "6F72672E667265656465736B746F702E4442757300" // interface org.freedesktop.DBus
        + "000000"
        + "0301730005000000"
        + "48656C6C6F00" // member Hello
        + "0000"
        + "0601730014000000"
        + "6F72672E667265656465736B746F702E4442757300" // destination
        + "000000";

    private static readonly Gen<string> GenText = Gen.String[Gen.Char['a', 'z'], 0, 20];

    private static readonly Gen<DBusMessage> GenMessage = Gen.Select(
        Gen.OneOf(DBusMessageType.MethodCall, DBusMessageType.Error, DBusMessageType.Signal),
        Gen.UInt[1, uint.MaxValue],
        GenText,
        GenText,
        GenText,
        Gen.Byte.Array[0, 40],
        (type, serial, path, member, signature, body) =>
            new DBusMessage(type)
            {
                Serial = serial,
                ReplySerial = serial / 2,
                Path = path,
                Member = member,
                ErrorName = signature,
                Signature = signature,
                Body = body,
            }
    );

    [Fact]
    public void A_call_has_the_bytes_of_the_specification() =>
        Assert.Equal(
            Hello,
            Convert.ToHexString(
                new DBusMessage(DBusMessageType.MethodCall)
                {
                    Serial = 1,
                    Path = "/org/freedesktop/DBus",
                    Interface = "org.freedesktop.DBus",
                    Member = "Hello",
                    Destination = "org.freedesktop.DBus",
                }.ToBytes()
            )
        );

    [Fact]
    public void What_is_written_is_read_again() =>
        GenMessage.Sample(message =>
        {
            DBusMessage read = DBusMessage.Parse(message.ToBytes());
            return read with { Body = [] } == message with { Body = [] } && read.Body.AsSpan().SequenceEqual(message.Body);
        });

    [Fact]
    public void A_field_that_nobody_knows_is_skipped_whatever_its_type()
    {
        var fields = new DBusWriter();
        (int, int) array = fields.BeginArray(8);
        fields.Byte(99);
        fields.Signature("a(sv)");
        (int, int) inner = fields.BeginArray(8);
        fields.String("name");
        fields.Signature("t");
        fields.UInt64(7);
        fields.EndArray(inner);
        fields.Align(8);
        fields.Byte(3);
        fields.Signature("s");
        fields.String("Member");
        fields.EndArray(array);

        Assert.Equal("Member", DBusMessage.Parse(WithFields(fields)).Member);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("(")]
    [InlineData("(s")]
    [InlineData("()")]
    [InlineData("z")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaas")]
    [InlineData("((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((s")]
    public void A_field_of_a_hostile_type_is_an_error(string signature)
    {
        var fields = new DBusWriter();
        (int, int) array = fields.BeginArray(8);
        fields.Byte(99);
        fields.Signature(signature);
        fields.Bytes(new byte[64]);
        fields.EndArray(array);

        Assert.Throws<DBusException>(() => DBusMessage.Parse(WithFields(fields)));
    }

    [Fact]
    public void A_variant_within_variants_without_end_is_an_error()
    {
        var fields = new DBusWriter();
        (int, int) array = fields.BeginArray(8);
        fields.Byte(99);
        for (int i = 0; i < 5000; i++)
        {
            fields.Signature("v");
        }
        fields.EndArray(array);

        Assert.Throws<DBusException>(() => DBusMessage.Parse(WithFields(fields)));
    }

    [Fact]
    public void Any_bytes_are_a_message_or_an_error() =>
        Gen.Select(GenMessage, Gen.Int[0, 200], Gen.Byte)
            .Sample(
                (message, at, value) =>
                {
                    byte[] bytes = message.ToBytes();
                    bytes[at % bytes.Length] = value;
                    try
                    {
                        return DBusMessage.Parse(bytes) is not null;
                    }
                    catch (DBusException)
                    {
                        return true;
                    }
                },
                iter: 20_000
            );

    [Theory]
    [InlineData(4, 0xff)]
    [InlineData(15, 0xff)]
    [InlineData(0, 'B')]
    [InlineData(3, 2)]
    public void A_length_order_or_version_that_is_not_ours_is_an_error(int at, int value)
    {
        byte[] bytes = Convert.FromHexString(Hello);
        bytes[at] = (byte)value;

        Assert.Throws<DBusException>(() => DBusMessage.Parse(bytes));
    }

    /// <summary>A signal with these fields, an array that was written from position 0 instead of 12.</summary>
    private static byte[] WithFields(DBusWriter fields)
    {
        var message = new DBusWriter();
        message.Bytes([(byte)'l', 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
        // The length; the padding behind it is not there in a message, where the elements begin at 16.
        message.Bytes(fields.Written[..4]);
        message.Bytes(fields.Written[8..]);
        message.Align(8);
        return message.Written.ToArray();
    }
}
