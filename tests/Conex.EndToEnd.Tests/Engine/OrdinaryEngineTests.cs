using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What an ordinary user's engine says of what only root can do.</summary>
public sealed class OrdinaryEngineTests : IDisposable
{
    private readonly OrdinaryUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public void An_image_is_mounted_on_the_host_by_root_alone()
    {
        string programs = $"{user.House.Place}/programs";
        Directory.CreateDirectory(programs);
        OrdinaryUser.Chmod(programs, 0x1ED);
        foreach (string program in (string[])["conex", "conexd", "conex-runtime"])
        {
            File.Copy(Product.Existing($"{Product.Directory}/{program}", "eng/build"), $"{programs}/{program}");
            OrdinaryUser.Chmod($"{programs}/{program}", 0x1ED);
        }
        string place = user.NewDirectory("engine");

        CommandResult result = user.Shell(
            $$"""
            export CONEX_DATA_ROOT={{place}}/data CONEX_RUN_ROOT={{place}}/run
            {{programs}}/conexd >{{place}}/log 2>&1 &
            daemon=$!
            for i in $(seq 100); do [ -S {{place}}/run/conex.sock ] && break; sleep 0.1; done
            {{programs}}/conex image mount hello
            echo mount $?
            {{programs}}/conex image unmount hello
            echo unmount $?
            {{programs}}/conex image mount
            echo list $?
            kill $daemon
            wait $daemon
            """
        );

        const string sentence =
            "only root can mount an image on the host: \"conex create\" and \"conex cp\" take files out of one without a mount";
        string[] errors = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(errors.Length == 2 && Array.TrueForAll(errors, line => line.EndsWith(sentence, StringComparison.Ordinal)), $"{result}");
        Assert.Contains("mount 1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("unmount 1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("list 0\n", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{place}/data/mounts"));
    }
}
