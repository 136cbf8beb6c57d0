using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Specs;
using Conex.Oci.ImageSpec;

namespace Conex.Engine.Tests.Specs;

public sealed class ImageDefaultsTests
{
    [Theory]
    // image entrypoint, image cmd, request entrypoint, request cmd -> arguments
    [InlineData("e", "c", null, null, "e c")]
    [InlineData("e", "c", null, "x", "e x")]
    [InlineData("e", "c", "n", null, "n")]
    [InlineData("e", "c", "n", "x", "n x")]
    [InlineData("e", "c", "", "x", "x")]
    [InlineData("e", null, null, null, "e")]
    [InlineData("e", null, null, "x", "e x")]
    [InlineData(null, "c", null, null, "c")]
    [InlineData(null, "c", null, "x", "x")]
    [InlineData(null, "c", "n", null, "n")]
    [InlineData(null, null, "n", null, "n")]
    [InlineData(null, null, null, "x", "x")]
    public void Entrypoint_and_command_combine_as_dockers(
        string? imageEntry,
        string? imageCommand,
        string? entry,
        string? command,
        string expected
    )
    {
        ContainerConfiguration merged = ImageDefaults.Merge(
            new ContainerConfiguration
            {
                Image = "box",
                Entrypoint = Words(entry),
                Command = Words(command),
            },
            new ImageExecution { Entrypoint = Words(imageEntry), Cmd = Words(imageCommand) }
        );

        Assert.Equal(expected, string.Join(' ', ImageDefaults.Arguments(merged)));
    }

    [Theory]
    [InlineData(null, "c", "")]
    [InlineData("e", "c", "")]
    [InlineData(null, null, null)]
    public void Nothing_to_run_is_refused(string? imageEntry, string? imageCommand, string? entry)
    {
        InvalidRequestException e = Assert.Throws<InvalidRequestException>(() =>
            ImageDefaults.Merge(
                new ContainerConfiguration { Image = "box", Entrypoint = Words(entry) },
                new ImageExecution { Entrypoint = Words(imageEntry), Cmd = Words(imageCommand) }
            )
        );

        Assert.Equal("no command specified", e.Message);
    }

    [Fact]
    public void The_requests_variables_win_and_a_bare_name_removes()
    {
        IReadOnlyList<string>? merged = EnvironmentVariables.Merge(["A=1", "PATH", "B"], ["A=2", "C=3", "B=4"]);
        List<string> environment = EnvironmentVariables.ForContainer(merged, "host", terminal: true);

        Assert.Equal(["HOSTNAME=host", "TERM=xterm", "A=1", "C=3"], environment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("=x")]
    public void A_variable_needs_a_name(string variable) =>
        Assert.Equal(
            $"invalid environment variable: {variable}",
            Assert.Throws<InvalidRequestException>(() => EnvironmentVariables.Check([variable])).Message
        );

    private static string[]? Words(string? text) => text is null ? null : [text];
}
