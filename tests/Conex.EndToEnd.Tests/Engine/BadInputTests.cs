using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What goes wrong is said in one sentence, with docker's exit codes and without a stack trace.</summary>
public sealed class BadInputTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void A_missing_image()
    {
        // Nobody listens on this port.
        CommandResult result = house.Do("run", "--rm", "127.0.0.1:1/no/such:image", "true").EndedWith(125);

        Assert.StartsWith("Unable to find image '127.0.0.1:1/no/such:image' locally\n", result.Error, StringComparison.Ordinal);
        Assert.Single(
            Sentences(result),
            l => l.Contains("127.0.0.1:1", StringComparison.Ordinal) && l.StartsWith("conex: ", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("Box", "invalid reference format")]
    [InlineData("a b", "invalid reference format")]
    [InlineData(":", "invalid reference format")]
    public void A_name_that_no_image_can_have(string image, string phrase) =>
        Assert.Contains(phrase, house.Do("run", "--rm", image).EndedWith(125).Error, StringComparison.Ordinal);

    [Fact]
    public void A_name_in_use()
    {
        string id = house.Ask("create", "--name", "taken", "box");

        CommandResult result = house.Do("run", "--name", "taken", "box", "true").EndedWith(125);

        Assert.Contains(
            $"Conflict. The container name \"/taken\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name.",
            result.Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("a")]
    [InlineData("-x")]
    [InlineData("white space")]
    public void A_name_that_no_container_can_have(string name) =>
        Assert.Contains(
            "Invalid container name",
            house.Do("run", $"--name={name}", "box", "true").EndedWith(125).Error,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_dead_socket_and_no_socket()
    {
        // The first command makes the image, which may need the daemon.
        house.Do("ps").Succeeded();
        house.Environment["CONEX_HOST"] = $"unix://{house.Place}/nobody.sock";
        try
        {
            house.Do("ps").FailedWith(1, $"{house.Place}/nobody.sock");
            CommandResult run = house.Do("run", "--rm", "box", "true").EndedWith(125);
            Assert.Contains($"{house.Place}/nobody.sock", run.Error, StringComparison.Ordinal);
            house
                .DoProgram("/bin/sh", "-c", "$CONEX version > out 2> err; test $? = 1 && grep -q Client: out && test $(wc -l < err) = 1")
                .Succeeded();
        }
        finally
        {
            house.Environment.Remove("CONEX_HOST");
        }
        // The option wins over both variables.
        house.Environment["DOCKER_HOST"] = $"unix://{house.Place}/nobody.sock";
        house.Do("-H", $"unix://{house.SocketPath}", "ps").Succeeded();
        house.Do("ps").EndedWith(1);
        house.Environment.Remove("DOCKER_HOST");
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:2375")]
    [InlineData("ssh://somewhere")]
    [InlineData("nonsense")]
    public void An_address_that_conex_does_not_speak_to(string address) => house.Do("-H", address, "ps").FailedWith(1, address);

    [Fact]
    public void No_root_and_the_socket_of_root()
    {
        house.Do("version").Succeeded();

        OneSentence(house.DoOnHost($"{AsNobody} $CONEX run --rm box true"), 125, house.SocketPath);
        OneSentence(house.DoOnHost($"{AsNobody} $CONEX ps"), 1, "permission denied");
    }

    [Fact]
    public void No_root_and_no_directories()
    {
        house.Prepare();
        string line = $"{AsNobody} -u CONEX_DATA_ROOT -u CONEX_RUN_ROOT -u XDG_RUNTIME_DIR HOME={house.Place}/none $CONEX";

        OneSentence(house.DoOnHost($"{line} run --rm hello"), 125, "denied");
        OneSentence(house.DoOnHost($"{line} ps"), 1, "denied");
    }

    [Fact]
    public void No_root_and_directories_of_ones_own()
    {
        // The engine runs, images can be loaded, and a container says what it lacks.
        string[] own = [$"{house.Place}/own/data", $"{house.Place}/own/run"];
        house.DoOnHost($"mkdir -p {own[0]} {own[1]}; chown -R 65534:65534 {house.Place}/own").Succeeded();
        string line = $"{AsNobody} CONEX_DATA_ROOT={own[0]} CONEX_RUN_ROOT={own[1]} $CONEX";
        try
        {
            house.DoOnHost($"{line} images").Succeeded();
            CommandResult run = house.DoOnHost($"{line} run --rm --network none hello");
            Assert.True(run.ExitCode is 0 or 125, run.ToString());
            if (run.ExitCode != 0)
            {
                OneSentence(run, 125, "this user may not make a cgroup");
            }
            Assert.Empty(house.DoOnHost($"{line} ps -aq").Text);
        }
        finally
        {
            house.StopDaemon();
        }
    }

    [Fact]
    public void A_full_device_for_the_output_is_said() =>
        Assert.Contains(
            "No space left on device",
            house.DoOnHost("$CONEX ps > /dev/full").EndedWith(1).Error,
            StringComparison.OrdinalIgnoreCase
        );

    [Fact]
    public void A_daemon_that_cannot_start_says_why()
    {
        using var broken = new EngineHouse(withBox: false);
        broken.Environment["CONEX_DATA_ROOT"] = "/proc/nowhere";

        CommandResult result = broken.DoOnHost("$CONEX ps");

        result.FailedWith(1, "/proc/nowhere");
        broken.Environment.Remove("CONEX_DATA_ROOT");
    }

    [Fact]
    public void A_directory_that_is_no_program_directory_says_what_is_missing()
    {
        using var alone = new EngineHouse(withBox: false);
        alone.Prepare();
        Executable.Copy(alone.Programs.Conex, $"{alone.Place}/conex");

        alone.DoProgram($"{alone.Place}/conex", "ps").FailedWith(1, $"{alone.Place}/conexd");
    }

    private static string AsNobody => $"{Product.OfMachine("setpriv", "util-linux")} --reuid 65534 --regid 65534 --clear-groups env";

    private static void OneSentence(CommandResult result, int code, string phrase)
    {
        Assert.Single(Sentences(result.EndedWith(code)));
        Assert.Contains(phrase, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static string[] Sentences(CommandResult result) =>
        [
            .. result
                .Error.TrimEnd('\n')
                .Split('\n')
                .Where(l =>
                    l.Length > 0
                    && !l.StartsWith("Run '", StringComparison.Ordinal)
                    && !l.StartsWith("Unable to find", StringComparison.Ordinal)
                ),
        ];
}
