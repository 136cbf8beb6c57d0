using Conex.Cli.Output;
using Conex.Cli.Requests;

namespace Conex.Cli.Tests.Requests;

public sealed class NumberTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("64m", 64L << 20)]
    [InlineData("64M", 64L << 20)]
    [InlineData("64mb", 64L << 20)]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("64 m", 64L << 20)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("512b", 512)]
    [InlineData("1t", 1L << 40)]
    public void Sizes_have_units(string text, long bytes)
    {
        Assert.True(SizeText.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1x")]
    [InlineData("1mm")]
    [InlineData("1e3")]
    [InlineData("99999999999999p")]
    public void What_is_no_size_is_refused(string text) => Assert.False(SizeText.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(4_430_000, "4.43MB")]
    [InlineData(77_900_000, "77.9MB")]
    [InlineData(1_000_000_000, "1GB")]
    [InlineData(193_000_000, "193MB")]
    public void Sizes_are_printed_with_three_digits(long bytes, string text) => Assert.Equal(text, SizeText.Decimal(bytes));

    [Theory]
    [InlineData("1.5", 1_500_000_000)]
    [InlineData(".5", 500_000_000)]
    [InlineData("1/2", 500_000_000)]
    [InlineData("2", 2_000_000_000)]
    public void Cpus_are_rational(string text, long nanos) => Assert.Equal(nanos, CpuCount.Parse(text));

    [Theory]
    [InlineData("0.0000000001")]
    [InlineData("x")]
    [InlineData("1/0")]
    [InlineData("")]
    public void What_is_no_number_of_cpus_is_refused(string text) => Assert.Throws<FormatException>(() => CpuCount.Parse(text));

    [Theory]
    [InlineData("42m", "1767225600.000000000")]
    [InlineData("1h30m", "1767222720.000000000")]
    [InlineData("1500ms", "1767228118.500000000")]
    [InlineData("1767225600", "1767225600.000000000")]
    [InlineData("1767225600.25", "1767225600.250000000")]
    [InlineData("2026-01-01T00:00:00Z", "1767225600.000000000")]
    [InlineData("2026-01-01T01:00:00.5+01:00", "1767225600.500000000")]
    [InlineData("2026-01-01T01:00:00.123456789+01:00", "1767225600.123456789")]
    public void Times_are_dates_or_spans(string text, string seconds) =>
        Assert.Equal(seconds, PointInTime.Parse(text, DateTimeOffset.FromUnixTimeSeconds(1767225600 + (42 * 60))));

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("5q")]
    public void What_is_no_time_is_refused(string text) =>
        Assert.Throws<FormatException>(() => PointInTime.Parse(text, DateTimeOffset.UnixEpoch));

    [Theory]
    [InlineData(0, "Less than a second")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(300, "5 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(2 * 3600, "2 hours")]
    [InlineData(3 * 86400, "3 days")]
    [InlineData(21 * 86400, "3 weeks")]
    [InlineData(90 * 86400, "3 months")]
    [InlineData(1000 * 86400, "2 years")]
    public void Spans_are_said_in_words(int seconds, string words) => Assert.Equal(words, Elapsed.InWords(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("busybox", "busybox:latest", "busybox", null)]
    [InlineData("busybox:1", "busybox:1", "busybox", "1")]
    [InlineData("host:5000/a/b", "host:5000/a/b:latest", "host:5000/a/b", null)]
    [InlineData("host:5000/a/b:c", "host:5000/a/b:c", "host:5000/a/b", "c")]
    [InlineData("a@sha256:12", "a@sha256:12", "a", "sha256:12")]
    public void An_images_name_has_a_tag_after_its_last_slash(string name, string withTag, string repository, string? reference)
    {
        Assert.Equal(withTag, ImageName.WithTag(name));
        Assert.Equal((repository, reference), ImageName.Split(name));
    }
}
