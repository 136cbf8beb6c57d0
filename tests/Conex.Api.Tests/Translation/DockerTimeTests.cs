using Conex.Api.Translation;
using Conex.Engine.Errors;

namespace Conex.Api.Tests.Translation;

public sealed class DockerTimeTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("0", null)]
    [InlineData("1136073600", 1136073600_000000000)]
    [InlineData("1136073600.000000001", 1136073600_000000001)]
    [InlineData("1136073600.5", 1136073600_500000000)]
    [InlineData("2006-01-01T00:00:00Z", 1136073600_000000000)]
    [InlineData("2006-01-01T02:00:00.25+02:00", 1136073600_250000000)]
    [InlineData("2006-01-01", 1136073600_000000000)]
    public void Both_forms_of_time_are_read(string? text, long? nanoseconds) => Assert.Equal(nanoseconds, DockerTime.Parse(text));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("1.x")]
    [InlineData("99999999999999999999")]
    [InlineData("999999999999")]
    public void Other_text_is_no_time(string text) => Assert.Throws<InvalidRequestException>(() => DockerTime.Parse(text));

    [Fact]
    public void Times_are_written_as_go_writes_them()
    {
        Assert.Equal("2006-01-01T00:00:00Z", DockerTime.Text(DateTimeOffset.FromUnixTimeSeconds(1136073600)));
        Assert.Equal("2006-01-01T00:00:00.25Z", DockerTime.Text(DateTimeOffset.FromUnixTimeMilliseconds(1136073600250)));
        Assert.Equal("0001-01-01T00:00:00Z", DockerTime.Text(null));
        Assert.Equal("2006-01-01T00:00:00.000000001Z", DockerTime.Fixed(1136073600_000000001));
    }
}
