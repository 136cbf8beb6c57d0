using Conex.Linux.Files;
using Conex.Oci;

namespace Conex.Images.Checks;

/// <summary>Temporary files. A start of the engine removes those of the former one, so what is older than this engine is nobody's.</summary>
internal static class Leftovers
{
    // Files get their times from the clock's last tick, in whole seconds here.
    private const int ClockLag = 1;

    internal static void Check(ImageStore store, CheckOptions options, List<StoreFinding> findings)
    {
        foreach ((string place, Func<string, bool> isTemporary) in Places(store.Data))
        {
            using DirectoryHandle directory = PathAt.OpenDirectory(place);
            foreach (DirectoryEntry entry in DirectoryEntries.Read(directory))
            {
                if (
                    !isTemporary(entry.Text)
                    || store.Layers.IsGoing(entry.Text)
                    || PathAt.Status(directory, entry.Text, follow: false) is not { } status
                    || status.ModifiedSeconds >= store.OpenedAt.ToUnixTimeSeconds() - ClockLag
                )
                {
                    continue;
                }
                if (options.Repair)
                {
                    DirectoryTree.Remove(directory, entry.Name);
                }
                string help = options.Repair ? "it is removed" : "\"conex system check --repair\" removes it";
                findings.Add(new StoreFinding($"{place}/{entry.Text} is left from an interrupted engine", help, options.Repair));
            }
        }
    }

    /// <summary>Directories in which things stand under temporary names, and which names these are.</summary>
    private static IEnumerable<(string Directory, Func<string, bool> IsTemporary)> Places(string data) =>
        [
            ($"{data}/tmp", _ => true),
            ($"{data}/content/ingest", name => !Digest.TryParse($"{Digest.Sha256}:{name}", out _)),
            .. ((string[])["layers/sha256", "images", "images/tags", "content/layers", "content/blobs/sha256"]).Select(place =>
                ($"{data}/{place}", (Func<string, bool>)(name => name.StartsWith('.')))
            ),
        ];
}
