using Conex.Linux.Systemd;

namespace Conex.Linux.Tests.Systemd;

public sealed class PropertyTextTests
{
    [Theory]
    [InlineData("true", "b True")]
    [InlineData("'a text'", "s a text")]
    [InlineData("\"it's\"", "s it's")]
    [InlineData("'it\\'s'", "s it's")]
    [InlineData("5", "i 5")]
    [InlineData("-5", "i -5")]
    [InlineData("uint32 5", "u 5")]
    [InlineData("int64 -5", "x -5")]
    [InlineData("uint64 18446744073709551615", "t 18446744073709551615")]
    [InlineData("2.5", "d 2.5")]
    [InlineData("['a', 'b c']", "as a b c")]
    [InlineData("[]", "as ")]
    public void A_value_has_the_type_that_it_is_written_with(string text, string expected) =>
        Assert.Equal($"P={expected}", new UnitProperty("P", PropertyText.Parse(text)).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("'open")]
    [InlineData("'a' 'b'")]
    [InlineData("'a\\")]
    [InlineData("['a'")]
    [InlineData("['a',]")]
    [InlineData("['a' 'b']")]
    [InlineData("[5]")]
    [InlineData("uint32 -1")]
    [InlineData("uint128 1")]
    [InlineData("99999999999")]
    public void What_is_no_value_is_refused(string text) => Assert.Throws<FormatException>(() => PropertyText.Parse(text));
}
