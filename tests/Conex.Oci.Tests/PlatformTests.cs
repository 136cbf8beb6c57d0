using CsCheck;

namespace Conex.Oci.Tests;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/x86-64", "linux/amd64")]
    [InlineData("Linux/AMD64", "linux/amd64")]
    [InlineData("linux/amd64/v1", "linux/amd64")]
    [InlineData("linux/amd64/v3", "linux/amd64/v3")]
    [InlineData("linux/i386", "linux/386")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm64/8", "linux/arm64")]
    [InlineData("linux/arm64/v8.0", "linux/arm64")]
    [InlineData("linux/arm64/v9.0", "linux/arm64/v9")]
    [InlineData("linux/arm64/v9.2", "linux/arm64/v9.2")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/armel", "linux/arm/v6")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("macos/arm64", "darwin/arm64")]
    [InlineData("linux/s390x", "linux/s390x")]
    [InlineData("unknown/unknown", "unknown/unknown")]
    [InlineData("arm64", "linux/arm64")]
    [InlineData("aarch64", "linux/arm64")]
    [InlineData("armel", "linux/arm/v6")]
    public void A_platform_is_normalised(string text, string normalised) => Assert.Equal(normalised, Platform.Parse(text).ToString());

    [Fact]
    public void A_system_alone_means_this_processor() => Assert.Equal(Platform.Current, Platform.Parse("linux"));

    [Theory]
    [InlineData("", "platform \"\": \"\" is no name of letters, digits, '-', '_' and '.'")]
    [InlineData("linux/", "platform \"linux/\": \"\" is no name of letters, digits, '-', '_' and '.'")]
    [InlineData("linux/am d", "platform \"linux/am d\": \"am d\" is no name of letters, digits, '-', '_' and '.'")]
    [InlineData("a/b/c/d", "platform \"a/b/c/d\": expected os/arch or os/arch/variant")]
    [InlineData("quux", "platform \"quux\": unknown operating system or architecture")]
    public void What_is_no_platform_is_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Platform.Parse(text)).Message);

    [Theory]
    [InlineData("linux/amd64", "linux/amd64 linux/386")]
    [InlineData("linux/amd64/v3", "linux/amd64/v3 linux/amd64/v2 linux/amd64 linux/386")]
    [InlineData("linux/arm/v7", "linux/arm/v7 linux/arm/v6 linux/arm/v5")]
    [InlineData("linux/arm/v5", "linux/arm/v5")]
    [InlineData("linux/arm64", "linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5")]
    [InlineData("linux/arm64/v8.1", "linux/arm64/v8.1 linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5")]
    [InlineData(
        "linux/arm64/v9",
        "linux/arm64/v9 linux/arm64/v8.5 linux/arm64/v8.4 linux/arm64/v8.3 linux/arm64/v8.2 linux/arm64/v8.1 linux/arm64 linux/arm/v8 linux/arm/v7 linux/arm/v6 linux/arm/v5"
    )]
    [InlineData("linux/riscv64", "linux/riscv64")]
    public void Older_variants_run_too_the_best_first(string text, string runnable) =>
        Assert.Equal(runnable, string.Join(' ', Platform.Parse(text).Runnable()));

    [Fact]
    public void The_default_value_is_empty_text() => Assert.Equal("", default(Platform).ToString());

    [Fact]
    public void Whatever_parses_survives_a_round_trip_and_runs_on_itself() =>
        Gen.OneOf(
                Gen.OneOf("linux/arm64/v9.9", "linux/arm", "x86_64", "linux/amd64/v4"),
                Gen.String,
                Gen.Char["armv6478/."].Array[0, 12].Select(c => new string(c))
            )
            .Sample(text =>
                !Platform.TryParse(text, out Platform platform)
                || (Platform.Parse(platform.ToString()) == platform && platform.Runnable()[0] == platform)
            );
}
