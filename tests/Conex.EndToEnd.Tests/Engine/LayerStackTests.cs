using System.Formats.Tar;
using System.Text;
using Conex.EndToEnd.Tests.Support;

namespace Conex.EndToEnd.Tests.Engine;

/// <summary>Whatever the layers of an image hold, it looks as if they had been unpacked one upon the other: as umoci does it.</summary>
public class LayerStackTests(EngineHouse house) : IClassFixture<EngineHouse>, IDisposable
{
    private const int Images = 40;

    // Modes, owners and links of all, times and contents of files: the time of a directory is that of whoever put something into it.
    private const string Listing =
        "find . -mindepth 1 -printf '%p %y %m %U:%G %l\\n' | sort; find . -type f -printf '%p %Ts\\n' | sort; find . -type f -exec sha256sum {} + | sort";

    private readonly string place = $"{house.Place}/stack-{Guid.NewGuid():N}";

    public void Dispose()
    {
        house.DoOnHost($"$CONEX image unmount --all; rm -rf {place}").Succeeded();
        house.RequireClean();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void An_image_of_random_layers_looks_as_umoci_unpacks_it()
    {
        string umoci = Product.OfMachine("umoci", "umoci");
        for (int seed = 0; seed < Images; seed++)
        {
            Host($"mkdir {place} && cd {place} && {umoci} init --layout layout && {umoci} new --image layout:1");
            string layers = "";
            foreach (RandomLayer layer in RandomLayer.Stack(new Random(seed)))
            {
                layer.Write($"{place}/layer.tar");
                layers += $"{layer}\n";
                Host($"cd {place} && {umoci} raw add-layer --image layout:1 layer.tar");
            }
            Host($"cd {place} && {umoci} unpack --image layout:1 bundle");
            string image = house.Ask("load", "-i", $"{place}/layout").Split(' ')[^1];
            string path = house.Ask("image", "mount", image);

            string[] expected = Host($"cd {place}/bundle/rootfs && {Listing}").Split('\n');
            string[] actual = Host($"cd {path} && {Listing}").Split('\n');
            string difference = string.Join(
                '\n',
                expected.Except(actual).Select(line => $"- {line}").Concat(actual.Except(expected).Select(line => $"+ {line}"))
            );
            Assert.True(difference.Length == 0, $"the image of seed {seed} with the layers\n{layers}differs:\n{difference}");

            house.Do("image", "unmount", image).Succeeded();
            house.Do("rmi", image).Succeeded();
            Host($"rm -rf {place}");
        }
    }

    private string Host(string script) => house.DoOnHost(script).Succeeded().Text;

    /// <summary>A layer over those before it, in any order, with and without entries for the directories.</summary>
    private sealed class RandomLayer
    {
        private const string Names = "abcd";
        private readonly List<GnuTarEntry> entries = [];
        private readonly HashSet<string> own = new(StringComparer.Ordinal);

        // Who hides a directory does not hide what was in it as well.
        private readonly HashSet<string> hidden = new(StringComparer.Ordinal);
        private readonly Random random;

        // What there is so far, the layers below included.
        private readonly Dictionary<string, TarEntryType> tree;

        private RandomLayer(Random random, Dictionary<string, TarEntryType> tree)
        {
            this.random = random;
            this.tree = tree;
            for (int i = random.Next(2, 16); i > 0; i--)
            {
                string path = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(Names.Length)]));
                // What leads through a file or link is another matter.
                if (ParentsOf(path).All(parent => tree.GetValueOrDefault(parent, TarEntryType.Directory) == TarEntryType.Directory))
                {
                    Add(path);
                }
            }
        }

        internal static IEnumerable<RandomLayer> Stack(Random random)
        {
            Dictionary<string, TarEntryType> tree = new(StringComparer.Ordinal);
            for (int i = random.Next(2, 6); i > 0; i--)
            {
                yield return new RandomLayer(random, tree);
            }
        }

        internal void Write(string path)
        {
            using FileStream file = File.Create(path);
            using var tar = new TarWriter(file, TarEntryFormat.Gnu);
            entries.ForEach(tar.WriteEntry);
        }

        public override string ToString() =>
            string.Join(
                ", ",
                entries.Select(entry => $"{entry.EntryType} {entry.Name} {entry.LinkName} {Convert.ToString((int)entry.Mode, 8)}")
            );

        private void Add(string path)
        {
            bool isOwn = own.Contains(path) || Below(path).Any(own.Contains);
            switch (random.Next(8))
            {
                case 0 when !own.Contains(path):
                    Put(path, TarEntryType.Directory);
                    break;
                case 1 when !isOwn:
                    Put(path, TarEntryType.SymbolicLink).LinkName = "../a";
                    break;
                case 2 when !isOwn && LinkableTo(path) is { Length: > 0 } targets:
                    Put(path, TarEntryType.HardLink).LinkName = targets[random.Next(targets.Length)];
                    break;
                case 3 when !isOwn && tree.ContainsKey(path) && !HasHidden(path):
                    Mark(path[..(path.LastIndexOf('/') + 1)] + ".wh." + path[(path.LastIndexOf('/') + 1)..]);
                    hidden.Add(path);
                    Forget([path, .. Below(path)]);
                    break;
                case 4 when !isOwn && tree.GetValueOrDefault(path) == TarEntryType.Directory:
                    Put(path, TarEntryType.Directory);
                    Mark($"{path}/.wh..wh..opq");
                    Forget(Below(path));
                    break;
                case > 4 when !isOwn:
                    Put(path, TarEntryType.RegularFile).DataStream = new MemoryStream(Encoding.ASCII.GetBytes($"{random.Next()}"));
                    break;
            }
        }

        private GnuTarEntry Put(string path, TarEntryType type)
        {
            if (type != TarEntryType.Directory)
            {
                Forget(Below(path));
            }
            foreach (string parent in ParentsOf(path))
            {
                tree[parent] = TarEntryType.Directory;
            }
            tree[path] = type == TarEntryType.HardLink ? TarEntryType.RegularFile : type;
            own.Add(path);
            var entry = new GnuTarEntry(type, path)
            {
                Mode = (UnixFileMode)random.GetItems([0x1A4, 0x1ED, 0x1C0, 0x3FF, 0x9ED], 1)[0],
                Uid = random.GetItems([0, 0, 7, 1000], 1)[0],
                Gid = random.GetItems([0, 0, 100], 1)[0],
                ModificationTime = DateTimeOffset.FromUnixTimeSeconds(random.Next()),
            };
            entries.Add(entry);
            return entry;
        }

        private bool HasHidden(string path) => hidden.Any(other => other.StartsWith($"{path}/", StringComparison.Ordinal));

        private void Mark(string path) => entries.Add(new GnuTarEntry(TarEntryType.RegularFile, path));

        private string[] LinkableTo(string path) =>
            [
                .. tree.Where(one =>
                        one.Value == TarEntryType.RegularFile
                        && one.Key != path
                        && !path.StartsWith($"{one.Key}/", StringComparison.Ordinal)
                    )
                    .Select(one => one.Key)
                    .Except(Below(path))
                    .Order(StringComparer.Ordinal),
            ];

        private void Forget(string[] paths) => Array.ForEach(paths, path => tree.Remove(path));

        private string[] Below(string path) => [.. tree.Keys.Where(other => other.StartsWith($"{path}/", StringComparison.Ordinal))];

        private static IEnumerable<string> ParentsOf(string path) =>
            Enumerable.Range(0, path.Length).Where(i => path[i] == '/').Select(slash => path[..slash]);
    }
}
