using Conex.Images.Tests.Fixtures;
using Conex.Linux.Files;

namespace Conex.Images.Tests.Archives;

/// <summary>Archives of the tools that people use.</summary>
public sealed class RealArchiveTests
{
    [Theory]
    [InlineData("gnu")]
    [InlineData("oldgnu")]
    [InlineData("pax")]
    [InlineData("ustar")]
    [InlineData("v7")]
    public void GNU_tar_writes_what_import_reads(string format)
    {
        Tool.Need("tar", "busybox");
        using var scratch = new ScratchDirectory();
        using var store = new TestStore();
        string longName = format == "v7" ? "short" : new string('n', 90) + "/" + new string('m', 90);
        Tree(scratch, format, longName);
        Tool.Run(scratch.Path, "tar", $"--format={format}", "-C", "tree", "-cf", "tree.tar", ".");
        CompareTrees(scratch["tree"], store.Images.LayerDirectories(store.Import(File.ReadAllBytes(scratch["tree.tar"])))[0]);
    }

    [Theory]
    [InlineData("gnu", "")]
    [InlineData("pax", "0.0")]
    [InlineData("pax", "0.1")]
    [InlineData("pax", "1.0")]
    public void GNU_tars_sparse_files_keep_their_holes(string format, string version)
    {
        Tool.Need("tar");
        using var scratch = new ScratchDirectory();
        using var store = new TestStore();
        Directory.CreateDirectory(scratch["tree"]);
        using (FileStream file = File.Create(scratch["tree/sparse"]))
        {
            for (int i = 0; i < 100; i++)
            {
                file.Position = i * 1_000_000L;
                file.Write("data"u8);
            }
            file.SetLength(200_000_000);
        }
        string[] arguments = ["--sparse", $"--format={format}", "-C", "tree", "-cf", "tree.tar", "."];
        Tool.Run(scratch.Path, "tar", version.Length > 0 ? [$"--sparse-version={version}", .. arguments] : arguments);
        StoredImage image = store.Import(File.ReadAllBytes(scratch["tree.tar"]));
        Assert.True(image.Size < 1_000_000);
        CompareTrees(scratch["tree"], store.Images.LayerDirectories(image)[0]);
    }

    [Fact]
    public void An_image_of_umoci_is_loaded_as_layout_and_through_skopeo_as_docker_archive()
    {
        Tool.Need("umoci", "skopeo", "tar", "gzip", "busybox");
        ScratchDirectory.NeedRoot();
        using var scratch = new ScratchDirectory();
        using var store = new TestStore();
        MakeImage(scratch);
        Tool.Run(scratch["layout"], "tar", "-cf", "../layout.tar", ".");
        StoredImage image = Assert.Single(store.Load(File.OpenRead(scratch["layout.tar"]))).Image;
        Assert.Equal(["/bin/sh"], image.Config.Config!.Cmd!);
        Assert.Equal(2, image.Layers.Count);
        string top = store.Images.LayerDirectories(image)[0];
        Assert.Equal((0u, 0u), PathAt.Status(Path.Combine(top, "etc/removed"), follow: false)!.Value.SpecialDevice);

        Tool.Run(scratch.Path, "skopeo", "--insecure-policy", "copy", "oci:layout:latest", "docker-archive:docker.tar:team/box:1");
        StoredImage again = Assert.Single(store.Load(File.OpenRead(scratch["docker.tar"]))).Image;
        Assert.Equal(["team/box:1"], again.Tags.Select(tag => tag.Familiar));
        Assert.Equal(image.DiffIds, again.DiffIds);

        Tool.Run(
            scratch.Path,
            "skopeo",
            "--insecure-policy",
            "copy",
            "--dest-compress-format",
            "zstd",
            "oci:layout:latest",
            "oci-archive:zstd.tar:team/box:2"
        );
        Tool.Run(scratch.Path, "gzip", "zstd.tar");
        Assert.Equal(["Loaded image: team/box:2"], store.Load(File.OpenRead(scratch["zstd.tar.gz"]))[0].Lines);
    }

    [Fact]
    public void What_umoci_inserts_ends_without_an_end()
    {
        Tool.Need("umoci", "tar", "busybox");
        ScratchDirectory.NeedRoot();
        using var scratch = new ScratchDirectory();
        using var store = new TestStore();
        Directory.CreateDirectory(scratch["tree"]);
        File.Copy("/bin/busybox", scratch["tree/busybox"]);
        File.WriteAllText(scratch["tree/last"], "last");
        // Go rounds times to seconds, and an index cuts them off.
        foreach (string file in Directory.GetFiles(scratch["tree"]))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(1));
        }
        Tool.Run(scratch.Path, "umoci", "init", "--layout", "layout");
        Tool.Run(scratch.Path, "umoci", "new", "--image", "layout:latest");
        Tool.Run(scratch.Path, "umoci", "insert", "--image", "layout:latest", "tree", "/tree");
        Tool.Run(scratch["layout"], "tar", "-cf", "../layout.tar", ".");
        StoredImage image = Assert.Single(store.Load(File.OpenRead(scratch["layout.tar"]))).Image;
        CompareTrees(scratch["tree"], Path.Combine(store.Images.LayerDirectories(image)[0], "tree"));
    }

    [Fact]
    public void Debians_root_filesystem_is_imported_as_it_is()
    {
        Tool.Need("mmdebstrap", "tar");
        ScratchDirectory.NeedRoot();
        using var scratch = new ScratchDirectory();
        using var store = new TestStore();
        // Made once for all tests where somebody says where it lies; it takes twenty seconds.
        string tar = Environment.GetEnvironmentVariable("CONEX_TEST_DEBIAN") ?? scratch["debian.tar"];
        if (!File.Exists(tar))
        {
            // What this machine's apt may take from where (./test collects it).
            string[] options = Environment.GetEnvironmentVariable("CONEX_APT_CONF") is { } settings ? [$"--aptopt={settings}"] : [];
            bool isMade = Tool.TryRun(scratch.Path, "mmdebstrap", ["--variant=minbase", .. options, "stable", tar], out string error);
            Assert.SkipUnless(isMade, $"needs a mirror of Debian's packages: {error[^Math.Min(error.Length, 300)..]}");
        }
        Directory.CreateDirectory(scratch["tree"]);
        Tool.Run(scratch.Path, "tar", "--xattrs", "--xattrs-include=*", "-C", "tree", "-xpf", tar);
        CompareTrees(scratch["tree"], store.Images.LayerDirectories(store.Import(File.ReadAllBytes(tar)))[0]);
    }

    private static void MakeImage(ScratchDirectory scratch)
    {
        Tool.Run(scratch.Path, "umoci", "init", "--layout", "layout");
        Tool.Run(scratch.Path, "umoci", "new", "--image", "layout:latest");
        Tool.Run(scratch.Path, "umoci", "unpack", "--image", "layout:latest", "bundle");
        Directory.CreateDirectory(scratch["bundle/rootfs/bin"]);
        Directory.CreateDirectory(scratch["bundle/rootfs/etc"]);
        File.Copy("/bin/busybox", scratch["bundle/rootfs/bin/sh"]);
        File.WriteAllText(scratch["bundle/rootfs/etc/removed"], "lower");
        Tool.Run(scratch.Path, "umoci", "repack", "--image", "layout:latest", "bundle");
        Directory.Delete(scratch["bundle"], recursive: true);
        Tool.Run(scratch.Path, "umoci", "unpack", "--image", "layout:latest", "bundle");
        File.Delete(scratch["bundle/rootfs/etc/removed"]);
        Tool.Run(scratch.Path, "umoci", "repack", "--image", "layout:latest", "bundle");
        Tool.Run(scratch.Path, "umoci", "config", "--image", "layout:latest", "--config.cmd", "/bin/sh");
    }

    private static void Tree(ScratchDirectory scratch, string format, string longName)
    {
        Directory.CreateDirectory(scratch["tree/bin"]);
        Directory.CreateDirectory(Path.GetDirectoryName(scratch[$"tree/{longName}"])!);
        File.Copy("/bin/busybox", scratch["tree/bin/busybox"]);
        PathAt.MakeSymbolicLink(PathAt.Current, scratch["tree/bin/sh"], "busybox");
        PathAt.MakeHardLink(PathAt.Current, scratch["tree/bin/busybox"], PathAt.Current, scratch["tree/bin/ls"]);
        File.WriteAllText(scratch[$"tree/{longName}"], "long");
        if (format != "v7")
        {
            PathAt.MakeNode(PathAt.Current, scratch["tree/null"], FileKind.CharacterDevice, 0x1B6, 1, 3);
        }
        PathAt.SetMode(PathAt.Current, scratch["tree/bin/busybox"], 0x9ED);
    }

    private static void CompareTrees(string expected, string actual)
    {
        string[] names = Names(expected);
        Assert.Equal(names, Names(actual));
        foreach (string name in names)
        {
            string before = Describe(Path.Combine(expected, name));
            string after = Describe(Path.Combine(actual, name));
            Assert.True(before == after, $"{name}: {after} instead of {before}");
        }
    }

    private static string Describe(string path)
    {
        FileStatus status = PathAt.Status(path, follow: false)!.Value;
        string common = $"{status.Mode:x} {status.UserId}:{status.GroupId} {status.ModifiedSeconds} {status.SpecialDevice}";
        switch (status.Kind)
        {
            case FileKind.Regular:
                using (FileStream file = File.OpenRead(path))
                {
                    byte[] hash = System.Security.Cryptography.SHA256.HashData(file);
                    return $"{common} {status.Size} bytes, {status.Links} links, {Convert.ToHexString(hash)}";
                }
            case FileKind.SymbolicLink:
                return $"{common} -> {new FileInfo(path).LinkTarget}";
            default:
                return common;
        }
    }

    private static string[] Names(string directory) => [.. Walk(directory, "").Order(StringComparer.Ordinal)];

    // By hand: the recursion of Directory.Enumerate follows symbolic links, and /dev/fd leads to /proc.
    private static IEnumerable<string> Walk(string root, string directory)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(Path.Combine(root, directory)))
        {
            string name = Path.GetRelativePath(root, path);
            yield return name;
            if (PathAt.Status(path, follow: false) is { IsDirectory: true })
            {
                foreach (string inner in Walk(root, name))
                {
                    yield return inner;
                }
            }
        }
    }
}
