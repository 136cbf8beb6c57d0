using Conex.Api.Translation;
using Conex.Engine.Errors;

namespace Conex.Api.Tests.Translation;

public sealed class PathPatternTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(10);

    [Theory]
    [InlineData("busy*", "busybox", true)]
    [InlineData("*", "team/box", false)]
    [InlineData("*/box", "team/box", true)]
    [InlineData("*/*", "example.org/team/box", false)]
    [InlineData("b?x", "box", true)]
    [InlineData("b?x", "b/x", false)]
    [InlineData("[a-c]ox", "box", true)]
    [InlineData("[^a-c]ox", "box", false)]
    [InlineData("[^a-c]ox", "fox", true)]
    [InlineData("[b", "[b", false)]
    [InlineData("box:\\*", "box:*", true)]
    [InlineData("*a*b*c", "xxaxxbxxbc", true)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    public void A_pattern_is_read_as_dockers_clients_expect(string pattern, string text, bool matches) =>
        Assert.Equal(matches, PathPattern.Matches(pattern, text));

    [Fact]
    public void A_long_pattern_of_stars_ends_in_time()
    {
        string pattern = string.Concat(Enumerable.Repeat("*a", 2000)) + "b";

        Assert.False(PathPattern.Matches(pattern, new string('a', 4000)));
    }

    [Theory]
    [InlineData("24h", 9 * 1440)]
    [InlineData("1h30m", (10 * 1440) - 90)]
    [InlineData("0.5h", (10 * 1440) - 30)]
    [InlineData("86400", 1440)]
    [InlineData("1970-01-03T00:00:00Z", 2 * 1440)]
    public void A_moment_is_a_span_before_now_or_a_time(string text, int minutes) =>
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(minutes), Ago.Moment(text, Now));

    [Theory]
    [InlineData("h")]
    [InlineData("24x")]
    [InlineData("soon")]
    [InlineData("99999999999999h")]
    [InlineData("1h2")]
    public void A_moment_that_is_none_is_refused(string text) => Assert.Throws<InvalidRequestException>(() => Ago.Moment(text, Now));
}
