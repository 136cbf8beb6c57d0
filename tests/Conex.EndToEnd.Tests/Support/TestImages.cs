using System.Formats.Tar;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Root file systems that tests make images of. Each is made once and kept in <c>artifacts</c>.</summary>
internal static class TestImages
{
    private static readonly Lock Gate = new();

    /// <summary>One static program, busybox, with a link for each of its names.</summary>
    internal static string BoxTar => Made("box.tar", MakeBox);

    /// <summary>A small Debian: dynamic programs, many files, links, owners, special modes.</summary>
    internal static string DebianTar => Made("debian.tar", path => MakeDebian(path, "--variant=essential"));

    /// <summary>A Debian to work in: a compiler, Python, a web server, and apt.</summary>
    internal static string DebianWithToolsTar =>
        Made("debian-tools.tar", path => MakeDebian(path, "--variant=minbase", "--include=gcc,libc6-dev,nginx-light,python3"));

    private static string Folder => Path.Combine(Repository.Root, "artifacts", "test-images");

    private static string Made(string name, Action<string> make)
    {
        string path = Path.Combine(Folder, name);
        lock (Gate)
        {
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(Folder);
                string half = $"{path}.{Environment.ProcessId}";
                make(half);
                File.Move(half, path, overwrite: true);
            }
        }
        return path;
    }

    private static void MakeBox(string path)
    {
        string root = Directory.CreateTempSubdirectory("conex-box-").FullName;
        try
        {
            BusyBox.Unpack(root);
            TarFile.CreateFromDirectory(root, path, includeBaseDirectory: false);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void MakeDebian(string path, params string[] contents)
    {
        string mmdebstrap = Product.OfMachine("mmdebstrap", "mmdebstrap");
        // What this machine's apt may take from where (./test collects it).
        string[] options = Environment.GetEnvironmentVariable("CONEX_APT_CONF") is { } settings ? [$"--aptopt={settings}"] : [];
        CommandResult result = RunningProgram.Run(
            mmdebstrap,
            ["--quiet", .. contents, "--format=tar", "--aptopt=Apt::Install-Recommends false", .. options, "bookworm", path],
            patience: TimeSpan.FromMinutes(10)
        );
        Assert.SkipUnless(result.ExitCode == 0, $"mmdebstrap cannot make a Debian here: {result.Error.TrimEnd().Split('\n')[^1]}");
    }
}
