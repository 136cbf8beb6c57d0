using System.Text;
using Conex.Images.Tar;

namespace Conex.Bench.Limits;

/// <summary>A layer that is all headers.</summary>
internal static class ManyEntries
{
    internal static void Write(string path, int directories, int files)
    {
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        var tar = new TarWriter(stream);
        for (int i = 0; i < directories; i++)
        {
            Add(tar, TarEntryType.Directory, $"d{i:d6}", 0x1ED);
            for (int j = 0; j < files; j++)
            {
                Add(tar, TarEntryType.File, $"d{i:d6}/file-{j:d6}", 0x1A4);
            }
        }
        tar.Finish();
    }

    private static void Add(TarWriter tar, TarEntryType type, string path, uint mode) =>
        tar.Add(
            new TarEntry
            {
                Type = type,
                Path = Encoding.ASCII.GetBytes(path),
                Mode = mode,
                Modified = new TarTime(1_700_000_000),
            },
            []
        );
}
