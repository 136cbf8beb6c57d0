using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What flows through pipes arrives, all of it and nothing else.</summary>
public sealed class StreamTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    public void Dispose() => house.RequireClean();

    [Fact]
    public void Piped_input_ends_for_the_container_where_it_ends_here()
    {
        Assert.Equal("hi", house.DoOnHost("echo hi | $CONEX run -i --rm --network none box cat").Text);
        Assert.Equal("3", house.DoOnHost("printf 'a\\nb\\nc\\n' | $CONEX run -i --rm --network none box wc -l").Text);
        Assert.Equal("0", house.DoOnHost("$CONEX run -i --rm --network none box wc -c < /dev/null").Text);
    }

    [Fact]
    public void Output_goes_on_after_the_input_has_ended() =>
        Assert.Equal("x\nafter", house.DoOnHost("echo x | $CONEX run -i --rm --network none box sh -c 'cat; sleep 0.3; echo after'").Text);

    [Fact]
    public void Without_i_the_container_reads_nothing() =>
        Assert.Equal("0", house.DoOnHost("echo hi | $CONEX run --rm --network none box sh -c 'cat | wc -c'").Text);

    [Theory]
    [InlineData(1_000)]
    [InlineData(5_000_000)]
    public void Bytes_pass_unchanged_both_ways(int size)
    {
        string line =
            $"head -c {size} /dev/urandom > in; $CONEX run -i --rm --network none box cat < in > out; echo $?; cmp in out && echo same";

        Assert.Equal("0\nsame", house.DoOnHost(line).Text);
    }

    [Fact]
    public void Standard_output_and_error_stay_apart()
    {
        CommandResult result = house.Shell("echo out; echo err >&2; printf tail");

        Assert.Equal("out\ntail", result.Output);
        Assert.Equal("err\n", result.Error);
    }

    [Fact]
    public void A_slow_reader_loses_nothing()
    {
        // The reader starts late and pauses: pipes, sockets and the monitor fill up, and the container has to wait.
        string line =
            "$CONEX run --rm --network none box sh -c 'i=0; while [ $i -lt 40 ]; do head -c 100000 /dev/zero; i=$((i+1)); done; echo end >&2'"
            + " | (sleep 1; head -c 1000000 | wc -c; sleep 1; cat | wc -c)";

        CommandResult result = house.DoOnHost(line).Succeeded();

        Assert.Equal(["1000000", "3000000"], result.Lines);
        Assert.Equal("end\n", result.Error);
    }

    [Fact]
    public void A_reader_that_leaves_ends_conex_as_a_broken_pipe_does_and_not_the_machine()
    {
        CommandResult result = house.DoOnHost(
            "$CONEX run --rm --name yes --network none box yes | head -1; $CONEX kill yes > /dev/null 2>&1; true"
        );

        Assert.Equal("y", result.Text);
        Eventually.True(() => house.TryInspect("yes") is null, "the container is removed");
    }

    [Fact]
    public void Everything_that_was_printed_before_the_end_arrives()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("68000\n", house.DoOnHost("$CONEX run --rm --network none box sh -c 'head -c 68000 /dev/zero' | wc -c").Output);
        }
    }

    [Fact]
    public void A_container_whose_input_nobody_reads_does_not_hang_conex() =>
        house.DoOnHost("head -c 3000000 /dev/zero | $CONEX run -i --rm --network none box true").EndedWith(0);

    [Fact]
    public void An_orphan_that_holds_the_output_does_not_hold_run() =>
        Assert.Equal("done", house.Shell("(trap '' HUP; sleep 1000000) & echo done").Text);

    [Fact]
    public void Attach_option_chooses_streams()
    {
        CommandResult result = house.Shell("echo out; echo err >&2", "-a", "stderr");

        Assert.Empty(result.Output);
        Assert.Equal("err\n", result.Error);
    }
}
