using System.Globalization;

namespace Conex.Bench.Limits;

/// <summary>What an image's layers cost at least, and what mounting them costs.</summary>
/// <remarks>
/// <c>limits parts FOLDER REPOSITORY BLOB…</c>: the parts of a pull, each alone on one thread; FOLDER is emptied and used, REPOSITORY is the URL
/// that has the blobs, which are files named by their digests. <c>limits mounts FOLDER BLOB…</c>: the layers in a store of their own. Both print a
/// Markdown table. <c>limits entries TAR DIRECTORIES FILES</c> writes a tar of directories with as many empty files in each.
/// </remarks>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments[0])
        {
            case "parts":
                PartsAlone.Measure(arguments[1], arguments[2], arguments[3..]);
                return 0;
            case "mounts":
                LayerMounting.Measure(arguments[1], arguments[2..]);
                return 0;
            case "entries":
                ManyEntries.Write(
                    arguments[1],
                    int.Parse(arguments[2], CultureInfo.InvariantCulture),
                    int.Parse(arguments[3], CultureInfo.InvariantCulture)
                );
                return 0;
            default:
                Console.Error.WriteLine($"there is no limit {arguments[0]}");
                return 1;
        }
    }
}
