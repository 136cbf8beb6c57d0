using System.Formats.Tar;
using Conex.EndToEnd.Tests.Support;
using Conex.Linux.Files;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>What an ordinary user's engine says of what only root can do.</summary>
public sealed class OrdinaryEngineTests : IDisposable
{
    private readonly OrdinaryUser user = new();

    public void Dispose() => user.Dispose();

    [Fact]
    public void An_image_is_mounted_on_the_host_by_root_alone()
    {
        CommandResult result = WithDaemon(
            """
            conex image mount hello
            echo mount $?
            conex image unmount hello
            echo unmount $?
            conex image mount
            echo list $?
            """
        );

        const string sentence =
            "only root can mount an image on the host: \"conex create\" and \"conex cp\" take files out of one without a mount";
        string[] errors = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(errors.Length == 2 && Array.TrueForAll(errors, line => line.EndsWith(sentence, StringComparison.Ordinal)), $"{result}");
        Assert.Contains("mount 1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("unmount 1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("list 0\n", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{Place}/data/mounts"));
    }

    [Fact]
    public void A_layer_whose_files_may_not_be_written_to_is_unpacked_with_their_attributes()
    {
        const string name = "user.note";
        string tar = $"{user.House.Place}/closed.tar";
        using (var writer = new TarWriter(File.Create(tar)))
        {
            Dictionary<string, string> attributes = new(StringComparer.Ordinal) { ["SCHILY.xattr." + name] = "kept" };
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "closed", attributes) { Mode = (UnixFileMode)0x16D });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "closed/file", attributes) { Mode = (UnixFileMode)0x124 });
        }

        CommandResult result = WithDaemon(
            """
            conex import "$TAR" closed:1 >/dev/null
            echo import $?
            conex system check >/dev/null
            echo check $?
            """,
            $"TAR={tar}"
        );

        Assert.True(result.Output == "import 0\ncheck 0\n", $"{result}");
        string[] trees = Directory.GetDirectories($"{Place}/data/layers/sha256");
        string closed = Path.Combine(Assert.Single(trees, tree => Directory.Exists($"{tree}/fs/closed")), "fs/closed");
        Assert.Equal("kept"u8.ToArray(), ExtendedAttributes.Get(closed, name));
        Assert.Equal("kept"u8.ToArray(), ExtendedAttributes.Get($"{closed}/file", name));
        Assert.Equal((UnixFileMode)0x16D, File.GetUnixFileMode(closed));
        Assert.Equal((UnixFileMode)0x124, File.GetUnixFileMode($"{closed}/file"));
    }

    private string Place => $"{user.House.Place}/engine";

    /// <summary>Runs a script in which <c>conex</c> reaches the user's own daemon.</summary>
    private CommandResult WithDaemon(string script, string variables = "")
    {
        string programs = $"{user.House.Place}/programs";
        Directory.CreateDirectory(programs);
        OrdinaryUser.Chmod(programs, 0x1ED);
        foreach (string program in (string[])["conex", "conexd", "conex-runtime"])
        {
            Executable.Copy(Product.Existing($"{Product.Directory}/{program}", "eng/build"), $"{programs}/{program}");
        }
        user.NewDirectory("engine");
        return user.Shell(
            $$"""
            export PATH={{programs}}:$PATH CONEX_DATA_ROOT={{Place}}/data CONEX_RUN_ROOT={{Place}}/run {{variables}}
            conexd >{{Place}}/log 2>&1 &
            daemon=$!
            for i in $(seq 100); do [ -S {{Place}}/run/conex.sock ] && break; sleep 0.1; done
            {{script}}
            kill $daemon
            wait $daemon
            """
        );
    }
}
