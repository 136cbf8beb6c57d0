using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using Conex.Images.Compression;
using Conex.Images.Content;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>A blob while it is downloaded: what is here already is read first, the rest comes from the registry and is kept as it comes.
/// A connection that breaks is opened again at the same byte. All of it is hashed on its way to the reader.</summary>
internal sealed class LayerDownload : ReadOnlyStream
{
    private const int BufferSize = 128 << 10;
    private readonly Descriptor descriptor;
    private readonly PartialBlob partial;
    private readonly Func<long, CancellationToken, Task<HttpResponseMessage>> open;
    private readonly RegistrySettings settings;
    private readonly Action<long> progress;
    private readonly CancellationToken cancellationToken;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private CancellationTokenSource deadline;
    private Stream? kept;
    private HttpResponseMessage? response;
    private Stream? body;
    private long position;
    private int failures;

    /// <param name="open">Opens the blob from a byte on.</param>
    /// <param name="progress">Gets the bytes that are here.</param>
    internal LayerDownload(
        Descriptor descriptor,
        PartialBlob partial,
        Func<long, CancellationToken, Task<HttpResponseMessage>> open,
        RegistrySettings settings,
        Action<long> progress,
        CancellationToken cancellationToken
    )
    {
        (this.descriptor, this.partial, this.open) = (descriptor, partial, open);
        (this.settings, this.progress, this.cancellationToken) = (settings, progress, cancellationToken);
        deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (partial.Length > descriptor.Size)
        {
            partial.Clear();
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (position == descriptor.Size || buffer.IsEmpty)
        {
            return 0;
        }
        int n = position < partial.Length ? ReadKept(buffer) : ReadNetwork(buffer);
        hash.AppendData(buffer[..n]);
        position += n;
        return n;
    }

    /// <summary>Keeps what comes next from the registry, for the reader who is not ready for it.</summary>
    /// <returns>False when all of it is here.</returns>
    internal bool Fetch()
    {
        if (partial.Length < descriptor.Size)
        {
            Receive(buffer.Length);
        }
        return partial.Length < descriptor.Size;
    }

    /// <summary>Reads the rest, and checks the whole. It is durable when the layer is: committing that syncs the file system.</summary>
    /// <exception cref="RegistryException">It is something else than its digest says; nothing of it is kept.</exception>
    internal void Finish()
    {
        if (position < descriptor.Size)
        {
            byte[] rest = new byte[BufferSize];
            while (Read(rest) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        Digest actual = Digest.FromSha256(hash.GetCurrentHash());
        if (actual != descriptor.Digest)
        {
            partial.Clear();
            throw new RegistryException($"the layer {descriptor.Digest} is damaged: what the registry sends has the digest {actual}");
        }
        partial.Finish();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            kept?.Dispose();
            Disconnect();
            hash.Dispose();
            deadline.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }
        base.Dispose(disposing);
    }

    private int ReadKept(Span<byte> destination)
    {
        kept ??= partial.OpenRead();
        int n = kept.Read(destination[..(int)Math.Min(destination.Length, partial.Length - position)]);
        return n > 0 ? n : throw new IOException($"the kept part of {descriptor.Digest} became shorter");
    }

    private int ReadNetwork(Span<byte> destination)
    {
        kept?.Dispose();
        kept = null;
        int n = Receive(Math.Min(buffer.Length, destination.Length));
        buffer.AsSpan(0, n).CopyTo(destination);
        return n;
    }

    /// <summary>Gets the next bytes from the registry into the buffer, and keeps them.</summary>
    private int Receive(int most)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (body is null)
                {
                    Open();
                }
                int n = Wait(token => body!.ReadAsync(buffer.AsMemory(0, most), token));
                if (n == 0)
                {
                    throw new IOException("it ends early");
                }
                return Keep(n);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException)
            {
                Disconnect();
                if (++failures >= settings.Attempts)
                {
                    throw new RegistryException(
                        $"get the layer {descriptor.Digest}: the connection breaks after {partial.Length} of {descriptor.Size} bytes: {e.Message}",
                        cause: e
                    );
                }
            }
            Task.Delay(Backoff.Delay(settings.RetryDelay, failures - 1), settings.Time, cancellationToken).GetAwaiter().GetResult();
        }
    }

    private int Keep(int n)
    {
        if (partial.Length + n > descriptor.Size)
        {
            throw new RegistryException(
                $"the layer {descriptor.Digest} is damaged: the registry sends more than its {descriptor.Size} bytes"
            );
        }
        partial.Append(buffer.AsSpan(0, n));
        progress(partial.Length);
        failures = 0;
        return n;
    }

    private void Open()
    {
        try
        {
            response = open(partial.Length, cancellationToken).GetAwaiter().GetResult();
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            partial.Clear();
            throw new RegistryException(
                $"the layer {descriptor.Digest} is damaged: the registry has less than its {descriptor.Size} bytes",
                e.Status,
                e
            );
        }
        bool isPart = response.StatusCode == HttpStatusCode.PartialContent;
        long start = isPart ? response.Content.Headers.ContentRange?.From ?? partial.Length : 0;
        long? total = isPart ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength;
        if (total is { } size && size != descriptor.Size)
        {
            throw new RegistryException(
                $"the layer {descriptor.Digest} is damaged: the registry has {size} bytes instead of {descriptor.Size}"
            );
        }
        if (start > partial.Length)
        {
            throw new RegistryException(
                $"get the layer {descriptor.Digest}: asked for the bytes from {partial.Length}, the registry sends those from {start}"
            );
        }
        body = response.Content.ReadAsStreamAsync(cancellationToken).GetAwaiter().GetResult();
        // A registry that knows no ranges sends what is here already.
        for (long skipped = start; skipped < partial.Length; )
        {
            int n = Wait(token => body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, partial.Length - skipped)), token));
            skipped += n > 0 ? n : throw new IOException("it ends early");
        }
    }

    /// <summary>Waits for bytes, not for ever.</summary>
    private int Wait(Func<CancellationToken, ValueTask<int>> read)
    {
        deadline.CancelAfter(settings.Stall);
        try
        {
            ValueTask<int> reading = read(deadline.Token);
            return reading.IsCompleted ? reading.GetAwaiter().GetResult() : reading.AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            deadline.Dispose();
            deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            throw new TimeoutException($"no byte came for {settings.Stall.TotalSeconds:0} seconds", e);
        }
    }

    private void Disconnect()
    {
        body?.Dispose();
        response?.Dispose();
        (body, response) = (null, null);
    }
}
