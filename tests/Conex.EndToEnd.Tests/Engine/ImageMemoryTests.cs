using System.Formats.Tar;
using System.Globalization;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>An image may have any number of files: the daemon's memory does not grow with them.</summary>
public sealed class ImageMemoryTests : IDisposable
{
    private const int MostMegabytes = 60;
    private readonly EngineHouse house = new(withBox: false);

    public void Dispose() => house.Dispose();

    [Theory]
    [InlineData("mounted", 100, 2000)]
    [InlineData("unpacked", 50_000, 0)]
    public void Taking_in_and_checking_a_layer_of_many_entries_keeps_below_sixty_megabytes(string storage, int directories, int files)
    {
        house.Environment["CONEX_LAYERS"] = storage;
        house.Prepare();
        string tar = $"{house.Place}/many.tar";
        Write(tar, directories, files);
        house.Do("import", tar, "many:1").Succeeded();
        File.Delete(tar);
        house.Do("system", "check").Succeeded();
        house.Do("rmi", "many:1").Succeeded();
        Assert.InRange(HighestMegabytes(), 20, MostMegabytes);
    }

    [Fact]
    public void Pulling_layers_that_need_a_large_window_keeps_below_sixty_megabytes()
    {
        // More processors are no reason for more windows.
        house.Environment["DOTNET_PROCESSOR_COUNT"] = "8";
        house.Prepare();
        using var registry = new RegistryServer();
        string name = $"{registry.Host}/windows:1";
        // Skopeo's zstd wants eight megabytes of what came before.
        house
            .DoOnHost(
                $$$"""
                mkdir {{{house.Place}}}/windows && cd {{{house.Place}}}/windows
                for i in 0 1 2; do
                    head -c 12M /dev/urandom >file && tar -cf $i.tar file
                    ids="${ids:+$ids,}\"sha256:$(sha256sum <$i.tar | cut -c -64)\"" && layers="${layers:+$layers,}\"$i.tar\""
                done
                printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[%s]}}' "$ids" >config.json
                printf '[{"Config":"config.json","RepoTags":[],"Layers":[%s]}]' "$layers" >manifest.json
                tar -cf image.tar ?.tar config.json manifest.json
                skopeo copy -q --insecure-policy --dest-tls-verify=false --dest-compress-format zstd docker-archive:image.tar docker://{{{name}}}
                rm ./*
                """
            )
            .Succeeded();

        for (int i = 0; i < 4; i++)
        {
            house.Do("pull", "-q", name).Succeeded();
            house.Do("rmi", name).Succeeded();
        }
        Assert.InRange(HighestMegabytes(), 20, MostMegabytes);
    }

    [Fact]
    public void Making_an_image_of_many_changes_keeps_below_sixty_megabytes()
    {
        // What is not in memory is beside the images, and nowhere else.
        house.Environment["TMPDIR"] = $"{house.Place}/nowhere";
        // Long names in one directory, and files with two names.
        string change = $"mkdir /many && cd /many && seq 20000 | sed s/^/{new string('x', 200)}/ | xargs touch && cp -al /many /again";
        house.Prepare();
        house.Import("box");
        house.Do("run", "--name", "changed", "--network", "none", "box", "sh", "-c", change).Succeeded();
        Assert.Equal("40002", house.DoOnHost("$CONEX diff changed | wc -l").Succeeded().Text);
        house.Do("commit", "changed", "many:1").Succeeded();
        CommandResult exported = house.DoOnHost("$CONEX export changed | tar -tv | awk '/ link to /{n++} END {print n}'");
        Assert.Equal("20000", exported.Succeeded().Text);
        Assert.InRange(HighestMegabytes(), 20, MostMegabytes);
    }

    private int HighestMegabytes()
    {
        string line = File.ReadLines($"/proc/{house.Daemon}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1000;
    }

    private static void Write(string path, int directories, int files)
    {
        using FileStream stream = File.Create(path);
        using var tar = new TarWriter(stream, TarEntryFormat.Pax);
        // Names are remembered too.
        string rest = new('x', 230);
        for (int i = 0; i < directories; i++)
        {
            string directory = $"{i:d6}-{rest}";
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, directory));
            for (int j = 0; j < files; j++)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{i:d6}/{j:d6}"));
            }
        }
    }
}
