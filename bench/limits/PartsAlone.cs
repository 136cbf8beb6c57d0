using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Conex.Images.Layers;

namespace Conex.Bench.Limits;

/// <summary>The parts of a pull, one after the other, so that no two share a processor.</summary>
internal static class PartsAlone
{
    private const int PieceSize = 256 << 10;
    private static readonly byte[] Piece = new byte[PieceSize];

    internal static void Measure(string folder, string repository, string[] blobs)
    {
        long packed = blobs.Sum(blob => new FileInfo(blob).Length);
        long plain = 0;
        Console.WriteLine("| part | data | wall | CPU | of one processor |");
        Console.WriteLine("|---|---|---|---|---|");
        Row("receive", packed, () => Array.ForEach(blobs, blob => Receive($"{repository}/blobs/sha256:{Path.GetFileName(blob)}")));
        Row("hash what came", packed, () => Hash(packed));
        Row("inflate", () => plain = blobs.Sum(Inflate));
        Row("hash what it became", plain, () => Hash(plain));
        Row("write both", packed + plain, () => Write(Path.Combine(folder, "written"), packed + plain));
        Row("inflate, hash, write and index as the store does", () => Store(folder, blobs));
    }

    /// <summary>Takes layers into a store of their own.</summary>
    internal static long Store(string folder, string[] blobs)
    {
        Directory.CreateDirectory(folder);
        using LayerStore store = LayerStore.Open(folder);
        var pending = new List<PendingLayer>();
        foreach (string blob in blobs)
        {
            using FileStream stream = File.OpenRead(blob);
            pending.Add(store.Unpack(stream, expected: null));
        }
        store.Commit(pending);
        return pending.Sum(layer => layer.Layer.TarSize);
    }

    private static void Receive(string url)
    {
        using var client = new HttpClient();
        using Stream body = client.GetStreamAsync(url).GetAwaiter().GetResult();
        while (body.Read(Piece) > 0) { }
    }

    private static void Hash(long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (; length > 0; length -= PieceSize)
        {
            hash.AppendData(Piece);
        }
        hash.GetCurrentHash();
    }

    private static long Inflate(string blob)
    {
        using var gzip = new GZipStream(File.OpenRead(blob), CompressionMode.Decompress);
        var counter = new Counter();
        gzip.CopyTo(counter, PieceSize);
        return counter.Position;
    }

    private static void Write(string path, long length)
    {
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            for (; length > 0; length -= PieceSize)
            {
                file.Write(Piece);
            }
            file.Flush(flushToDisk: true);
        }
        File.Delete(path);
    }

    private static void Row(string name, long length, Action work) =>
        Row(
            name,
            () =>
            {
                work();
                return length;
            }
        );

    private static void Row(string name, Func<long> work)
    {
        TimeSpan charged = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        double megabytes = work() / 1e6;
        double wall = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        double cpu = (Environment.CpuUsage.TotalTime - charged).TotalSeconds;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {megabytes:0} MB | {wall:0.00} s | {cpu:0.00} s | {megabytes / Math.Max(cpu, 0.001):0} MB/s |"
            )
        );
    }

    private sealed class Counter : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Position;

        public override long Position { get; set; }

        public override void Write(byte[] buffer, int offset, int count) => Position += count;

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
