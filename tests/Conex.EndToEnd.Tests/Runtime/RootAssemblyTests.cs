using System.Text.Json.Nodes;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Runtime;

/// <summary>Root file systems that the runtime puts together from layers, as a bundle's rootfs.json says.</summary>
public sealed class RootAssemblyTests : IDisposable
{
    private readonly RuntimeHouse house = new();

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("overlay")]
    [InlineData("overlay-legacy")]
    public void Layers_come_in_their_order_whatever_they_are_called(string strategy)
    {
        TestBundle bundle = house.NewBundle().Shell("cat /which; echo new >/new; ls /proc/self/fd | wc -l");
        Assemble(bundle, strategy, [.. Enumerable.Range(0, 100).Select(i => $"a layer, number:{i}")]);
        // What the shell has open are its own three and the directory that ls reads.
        Assert.Equal(["99", "4"], house.Run(bundle).Succeeded().Lines);
        Assert.Equal("new\n", File.ReadAllText($"{bundle.Path}/layers/upper, its own/new"));
        Assert.Empty(Directory.GetFileSystemEntries(bundle.Rootfs));
    }

    [Fact]
    public void More_layers_than_one_mount_takes_are_refused()
    {
        TestBundle bundle = house.NewBundle();
        Assemble(bundle, "overlay-legacy", [.. Enumerable.Range(0, 300).Select(i => $"{i}")]);
        house.Run(bundle).FailedWith(1, "301 layers do not fit into the options of one mount(2)");
    }

    /// <summary>The bundle's root becomes the lowest layer.</summary>
    private static void Assemble(TestBundle bundle, string strategy, string[] layers)
    {
        string place = $"{bundle.Path}/layers";
        Directory.CreateDirectory(place);
        Directory.Move(bundle.Rootfs, $"{place}/base");
        Directory.CreateDirectory(bundle.Rootfs);
        foreach (string layer in (string[])[.. layers, "upper, its own", "work, its own"])
        {
            Directory.CreateDirectory($"{place}/{layer}");
        }
        for (int i = 0; i < layers.Length; i++)
        {
            File.WriteAllText($"{place}/{layers[i]}/which", $"{i}\n");
        }
        string[] lowers = [.. layers.Reverse().Append("base").Select(layer => $"{place}/{layer}")];
        var assembly = new JsonObject
        {
            ["strategy"] = strategy,
            ["lowers"] = new JsonArray([.. lowers.Select(lower => JsonValue.Create(lower))]),
            ["upper"] = $"{place}/upper, its own",
            ["work"] = $"{place}/work, its own",
        };
        File.WriteAllText($"{bundle.Path}/rootfs.json", assembly.ToJsonString());
    }
}
