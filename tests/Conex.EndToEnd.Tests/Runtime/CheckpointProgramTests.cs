using System.Text.Json;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>What the runtime says when criu is missing, too old or broken, and how it finds it.</summary>
public sealed class CheckpointProgramTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void Without_criu_the_sentence_says_what_to_do()
    {
        house.RunDetached(house.NewBundle());
        string[] checkpoint = ["checkpoint", "--image-path", $"{house.Place}/images", house.Id];
        house
            .DoIn(start => start.Environment["PATH"] = house.Place, checkpoint)
            .FailedWith(1, "checkpoint and restore need criu, which is not on PATH: install the package criu");
        house.Do(["--criu", $"{house.Place}/none", .. checkpoint]).FailedWith(1, $"--criu {house.Place}/none is no file");
        Assert.Equal("running", house.Status());
        Assert.False(Directory.Exists($"{house.Place}/images"));
        house.Remove();
    }

    [Fact]
    public void An_old_criu_is_named_with_its_version()
    {
        // criu_resp { type = VERSION, success = true, version = { major_number = 2, minor_number = 12 } }
        string old = Script("dd bs=4096 count=1 of=/dev/null 2>/dev/null; printf '\\010\\012\\020\\001\\122\\004\\010\\002\\020\\014'");
        house.RunDetached(house.NewBundle());
        house
            .Do("--criu", old, "checkpoint", "--image-path", $"{house.Place}/images", house.Id)
            .FailedWith(1, $"{old} is criu 2.12, and criu 3.0 or newer is needed");
        house.Remove();
    }

    [Fact]
    public void A_criu_that_ends_without_an_answer_is_an_error()
    {
        string broken = Script("exit 9");
        house.RunDetached(house.NewBundle());
        house
            .Do("--criu", broken, "checkpoint", "--image-path", $"{house.Place}/images", house.Id)
            .FailedWith(1, "criu ended with exit status 9 and without an answer");
        house.Remove();
    }

    [Fact]
    public void Features_say_whether_there_is_criu()
    {
        JsonElement without = Features("/nowhere");
        Assert.Equal("false", without.GetProperty("org.opencontainers.runc.checkpoint.enabled").GetString());
        Assert.False(without.TryGetProperty("org.conex.criu.version", out _));
        Criu.Require();

        JsonElement annotations = Features(Criu.Directory);
        Assert.Equal("true", annotations.GetProperty("org.opencontainers.runc.checkpoint.enabled").GetString());
        string version = annotations.GetProperty("org.conex.criu.version").GetString()!;
        Assert.Contains($"Version: {version}\n", RunningProgram.Run(Criu.Program, ["--version"]).Output, StringComparison.Ordinal);
    }

    /// <summary>What podman does to find out.</summary>
    [Fact]
    public void Callers_find_out_by_help_that_there_are_checkpoints()
    {
        house.Do("checkpoint", "--help").Succeeded();
        house.Do("restore", "--help").Succeeded();
        CommandResult result = house.Do("restore", "--lsm-mount-context");
        Assert.Contains("flag needs an argument", result.EndedWith(1).Error, StringComparison.Ordinal);
    }

    private JsonElement Features(string path)
    {
        string text = house.DoIn(start => start.Environment["PATH"] = $"{path}:/usr/bin:/bin", "features").Succeeded().Output;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("annotations").Clone();
    }

    /// <summary>A program whose descriptor 3 is its standard input and output.</summary>
    private string Script(string text) => house.WriteScript("programs/criu", $"exec <&3 >&3\n{text}");
}
