using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary><c>conex system check</c> says what is sound, names what is not with what helps, and puts right what it can.</summary>
public sealed class SystemCheckTests : IDisposable
{
    private readonly EngineHouse house = new();

    public void Dispose() => house.Dispose();

    [Fact]
    public void A_sound_store_is_told_in_one_line_and_by_the_exit_code()
    {
        house.Do("create", "--name", "one", "--network", "none", "box", "true").Succeeded();
        // box and hello: two images, each with a configuration, a manifest and a layer.
        Assert.Equal("sound: 4 blobs, 2 layers, 2 images, 1 container", house.Ask("system", "check"));
        Assert.Equal("sound: 4 blobs, 2 layers, 2 images, 1 container", house.Ask("system", "check", "--quick"));
        Assert.Contains("--repair", house.Ask("system", "check", "--help"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_index_is_found_and_written_again()
    {
        house.Environment["CONEX_LAYERS"] = "mounted";
        house.Do("create", "--name", "one", "--network", "none", "box", "echo", "fine").Succeeded();
        foreach (string index in Directory.GetFiles($"{house.DataRoot}/layers", "layer.erofs", SearchOption.AllDirectories))
        {
            File.Delete(index);
        }
        CommandResult found = house.Do("system", "check");
        Assert.Equal(1, found.ExitCode);
        Assert.Equal(2, found.Lines.Count(line => line.StartsWith("found: layer sha256:", StringComparison.Ordinal)));
        CommandResult repaired = house.Do("system", "check", "--repair").Succeeded();
        Assert.Equal(2, repaired.Lines.Count(line => line.StartsWith("repaired: layer sha256:", StringComparison.Ordinal)));
        house.Do("system", "check").Succeeded();
        Assert.Equal("fine", house.Ask("start", "-a", "one"));
    }

    [Fact]
    public void An_image_that_is_not_whole_is_removed_by_name_unless_a_container_uses_it()
    {
        house.Prepare();
        using var archive = new ImageArchive("a mark");
        house.Do("load", "-i", archive.Docker($"{house.Place}/lost.tar", "lost:1")).Succeeded();
        house.Do("create", "--name", "keeps", "--network", "none", "box", "true").Succeeded();
        foreach (string tar in Directory.GetFiles($"{house.DataRoot}/layers", "layer.tar", SearchOption.AllDirectories))
        {
            using FileStream file = File.OpenWrite(tar);
            file.Position = file.Length / 2;
            file.Write("damage"u8);
        }
        CommandResult repaired = house.Do("system", "check", "--repair");
        Assert.Equal(1, repaired.ExitCode);
        Assert.Contains("repaired: image lost:1 is not whole", repaired.Output, StringComparison.Ordinal);
        Assert.Contains("found: image box:latest is not whole", repaired.Output, StringComparison.Ordinal);
        string id = house.Ask("inspect", "-f", "{{.Id}}", "keeps");
        Assert.Contains($"container {id[..12]} uses it, so it stays", repaired.Output, StringComparison.Ordinal);
        Assert.Equal("box", house.Ask("images", "--format", "{{.Repository}}"));
    }

    [Fact]
    public void A_container_whose_layer_is_missing_is_named_with_the_way_out()
    {
        house.Do("create", "--name", "poor", "--network", "none", "box", "true").Succeeded();
        foreach (string layer in house.Stored("layers/sha256"))
        {
            Directory.Delete(layer, recursive: true);
        }
        CommandResult found = house.Do("system", "check", "--repair");
        Assert.Equal(1, found.ExitCode);
        Assert.Contains("found: container poor: its layer sha256:", found.Output, StringComparison.Ordinal);
        Assert.Contains("pull or load its image box again, or remove it by \"conex rm poor\"", found.Output, StringComparison.Ordinal);
        house.Import("box");
        house.Do("rm", "poor").Succeeded();
        house.Do("system", "check").Succeeded();
    }
}
