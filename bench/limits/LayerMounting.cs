using System.Diagnostics;
using System.Globalization;
using Conex.Images.Layers;
using Conex.Linux.Errors;
using Conex.Linux.Mounts;
using Conex.Oci;

namespace Conex.Bench.Limits;

/// <summary>The mounts of an image's layers, made as the engine makes them when it has just begun, and one root file system of them.</summary>
internal static class LayerMounting
{
    private const int Runs = 50;

    internal static void Measure(string folder, string[] blobs)
    {
        PartsAlone.Store(folder, blobs);
        List<double> layers = [];
        List<double> overlays = [];
        for (int i = 0; i < Runs; i++)
        {
            using LayerStore store = LayerStore.Open(folder);
            IReadOnlyList<Digest> ids = store.List();
            long begin = Stopwatch.GetTimestamp();
            LayerSource[] sources = [.. ids.Select(store.Source)];
            layers.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            begin = Stopwatch.GetTimestamp();
            using MountHandle mount =
                DetachedMount.TryMake(
                    "overlay",
                    [.. sources.Select(source => new FileSystemOption("lowerdir+", Descriptor: source.Mount)), new FileSystemOption("ro")],
                    MountAttributes.ReadOnly,
                    out Errno error
                ) ?? throw new KernelException("mount the overlay", null, error);
            overlays.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
        Console.WriteLine("| what | wall min | wall median |");
        Console.WriteLine("|---|---|---|");
        Row($"the {blobs.Length} layers, each index verified", layers);
        Row("an overlay of them, for each container", overlays);
    }

    private static void Row(string name, List<double> times)
    {
        times.Sort();
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {name} | {times[0]:0.00} ms | {times[times.Count / 2]:0.00} ms |")
        );
    }
}
