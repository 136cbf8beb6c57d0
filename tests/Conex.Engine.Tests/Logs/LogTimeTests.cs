using Conex.Engine.Logs;
using CsCheck;

namespace Conex.Engine.Tests.Logs;

public sealed class LogTimeTests
{
    [Fact]
    public void Nanoseconds_survive_a_round_trip() =>
        Gen.Long[0, 4_000_000_000_000_000_000]
            .Sample(nanoseconds =>
                LogTime.TryParse(System.Text.Encoding.ASCII.GetBytes(new LogTime(nanoseconds).ToString()), out LogTime time)
                && time.Nanoseconds == nanoseconds
            );

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T00:00:01.5Z", 1_500_000_000)]
    [InlineData("1970-01-01T00:00:00.000000001Z", 1)]
    public void Any_number_of_decimals_is_read(string text, long nanoseconds)
    {
        Assert.True(LogTime.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out LogTime time));
        Assert.Equal(nanoseconds, time.Nanoseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Z")]
    [InlineData("1970-13-01T00:00:00Z")]
    [InlineData("1970-02-30T00:00:00Z")]
    [InlineData("1970-01-01T00:00:00")]
    [InlineData("1970-01-01T00:00:00,5Z")]
    [InlineData("197a-01-01T00:00:00Z")]
    public void Other_texts_are_not(string text) => Assert.False(LogTime.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _));
}
