using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Linux.Tests.Files;

/// <summary>Copies of trees that somebody else may be changing. No test here needs root.</summary>
public sealed class TreeCopyTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("conex-test-copy-").FullName;

    public TreeCopyTests()
    {
        Directory.CreateDirectory($"{place}/source");
        Directory.CreateDirectory($"{place}/secret");
        File.WriteAllText($"{place}/secret/file", "secret");
    }

    public void Dispose() => DirectoryTree.Remove(PathAt.Current, place);

    [Fact]
    public void A_link_that_takes_a_files_place_during_the_copy_leads_nowhere()
    {
        using var stop = new CancellationTokenSource();
        var swapping = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                File.CreateSymbolicLink($"{place}/link", "../secret/file");
                File.Move($"{place}/link", $"{place}/source/entry", overwrite: true);
                File.WriteAllText($"{place}/public", "public");
                File.Move($"{place}/public", $"{place}/source/entry", overwrite: true);
            }
        });
        swapping.Start();
        int links = 0;
        int files = 0;
        try
        {
            for (int i = 0; i < 2000 && (i < 300 || links == 0 || files == 0); i++)
            {
                string copy = $"{place}/copy{i}";
                Directory.CreateDirectory(copy);
                Copy($"{place}/source", copy);
                bool isLink = new FileInfo($"{copy}/entry").LinkTarget is not null;
                links += isLink ? 1 : 0;
                if (!isLink && File.Exists($"{copy}/entry"))
                {
                    files++;
                    Assert.Equal("public", File.ReadAllText($"{copy}/entry"));
                }
            }
        }
        finally
        {
            stop.Cancel();
            swapping.Join();
        }
        Assert.True(links > 0 && files > 0, $"the race was never run: {links} links, {files} files");
    }

    [Fact]
    public void Names_and_targets_that_are_no_text_keep_their_bytes()
    {
        byte[] name = [0xFF, (byte)'x', 0x80];
        using (DirectoryHandle source = PathAt.OpenDirectory($"{place}/source"))
        {
            Assert.Equal(Errno.None, EntryAt.MakeSymbolicLink(source, name, name));
        }
        Directory.CreateDirectory($"{place}/copy");
        Copy($"{place}/source", $"{place}/copy");
        using DirectoryHandle copied = PathAt.OpenDirectory($"{place}/copy");
        Assert.Equal(name, Assert.Single(DirectoryEntries.Read(copied)).Name);
        Assert.Equal(name, EntryAt.ReadLink(copied, name));
    }

    [Fact]
    public void What_belongs_to_nobody_there_is_copied_only_when_everybody_may_read_it()
    {
        File.WriteAllText($"{place}/source/open", "open");
        File.SetUnixFileMode($"{place}/source/open", (UnixFileMode)0x9A4);
        Directory.CreateDirectory($"{place}/copy");
        Copy($"{place}/source", $"{place}/copy");
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode($"{place}/copy/open"));
        Directory.CreateDirectory($"{place}/source/closed", (UnixFileMode)0x1F0);
        Directory.CreateDirectory($"{place}/again");
        KernelException error = Assert.Throws<KernelException>(() => Copy($"{place}/source", $"{place}/again"));
        Assert.Equal(Errno.EACCES, error.Error);
        Assert.Contains("closed", error.Message, StringComparison.Ordinal);
    }

    private static void Copy(string source, string target)
    {
        using DirectoryHandle from = PathAt.OpenDirectory(source);
        using DirectoryHandle into = PathAt.OpenDirectory(target);
        TreeCopy.Copy(from, into, keepOwner: true, hasOwner: _ => false);
    }
}
