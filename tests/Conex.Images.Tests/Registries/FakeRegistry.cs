using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Conex.Images.Tests.Fixtures;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Tests.Registries;

/// <summary>A registry on a socket that does what the specification says, until a test makes it misbehave.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly LoopbackListener listener;
    private readonly X509Certificate2? certificate;
    private readonly X509Certificate2? clients;

    /// <param name="certificate">Speaks TLS with it.</param>
    /// <param name="clients">Lets in only those who have a certificate of this authority.</param>
    internal FakeRegistry(X509Certificate2? certificate = null, X509Certificate2? clients = null)
    {
        this.certificate = certificate;
        this.clients = clients;
        listener = new LoopbackListener(ServeAsync);
    }

    internal int Port => listener.Port;

    internal string Host => listener.Host;

    internal ConcurrentDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>By tag and by digest.</summary>
    internal ConcurrentDictionary<string, (byte[] Bytes, string Type)> Manifests { get; } = new(StringComparer.Ordinal);

    internal ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>What to do instead; null goes on as usual.</summary>
    internal Func<FakeRequest, FakeAnswer?> Interfere { get; set; } = _ => null;

    /// <summary>Uploads under way.</summary>
    internal ConcurrentDictionary<string, MemoryStream> Uploads { get; } = new(StringComparer.Ordinal);

    internal ImageReference Reference(string rest) => ImageReference.Parse($"{Host}/{rest}");

    internal IEnumerable<FakeRequest> BlobReads(Digest digest) =>
        Requests.Where(request => request.Method == "GET" && request.Path.EndsWith($"/blobs/{digest}", StringComparison.Ordinal));

    /// <summary>Offers an image.</summary>
    /// <param name="encode">What a layer's tar becomes.</param>
    /// <returns>The manifest's descriptor.</returns>
    internal Descriptor Offer(TestImage image, string tag, Func<byte[], byte[]>? encode = null, string layerType = MediaType.OciLayerGzip)
    {
        Descriptor[] layers = [.. image.Layers.Select(layer => AddBlob((encode ?? TestImage.Gzip)(layer), layerType))];
        return Offer(
            new Manifest
            {
                SchemaVersion = 2,
                MediaType = MediaType.OciManifest,
                Config = AddBlob(image.Config, MediaType.OciConfig),
                Layers = layers,
            }.ToUtf8Json(),
            MediaType.OciManifest,
            tag
        );
    }

    internal Descriptor Offer(byte[] manifest, string type, string tag)
    {
        Descriptor descriptor = TestImage.Describe(manifest, type);
        Manifests[tag] = Manifests[descriptor.Digest.ToString()] = (manifest, type);
        return descriptor;
    }

    internal Descriptor AddBlob(byte[] bytes, string type)
    {
        Descriptor descriptor = TestImage.Describe(bytes, type);
        Blobs[descriptor.Digest.ToString()] = bytes;
        return descriptor;
    }

    public void Dispose() => listener.Dispose();

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var tls = new SslStream(stream, false, (_, client, _, _) => clients is null || IsLetIn(client));
                    await tls.AuthenticateAsServerAsync(certificate, clients is not null, checkCertificateRevocation: false);
                    stream = tls;
                }
                await using (stream)
                {
                    if (await FakeRequest.ReadAsync(stream) is { } request)
                    {
                        Requests.Enqueue(request);
                        await (Interfere(request) ?? Answer(request)).WriteAsync(stream, request.Method == "HEAD", listener.End);
                    }
                }
            }
            catch (Exception)
            {
                // The client sees a broken connection, as from any server that dies.
            }
        }
    }

    private bool IsLetIn(X509Certificate? client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(clients!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return client is X509Certificate2 certificate && chain.Build(certificate);
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        string[] parts = request.Path.Split('/');
        return request.Path switch
        {
            "/v2/" => new FakeAnswer(200),
            _ when request.Path.EndsWith("/tags/list", StringComparison.Ordinal) => new FakeAnswer(
                200,
                Encoding.UTF8.GetBytes(
                    $$"""{"tags":[{{string.Join(',', Manifests.Keys.Where(k => !k.Contains(':')).Order(StringComparer.Ordinal).Select(k => $"\"{k}\""))}}]}"""
                )
            ),
            _ when request.Path.Contains("/uploads/", StringComparison.Ordinal) => Upload(request, parts[^1]),
            _ when parts[^2] == "manifests" => OfManifest(request, parts[^1]),
            _ when parts[^2] == "blobs" => OfBlob(request, parts[^1]),
            _ => new FakeAnswer(404),
        };
    }

    private FakeAnswer OfManifest(FakeRequest request, string name)
    {
        if (request.Method == "PUT")
        {
            Offer(request.Body, request.Headers["content-type"], name);
            return new FakeAnswer(201);
        }
        return Manifests.TryGetValue(name, out (byte[] Bytes, string Type) manifest)
            ? new FakeAnswer(200, manifest.Bytes) { Headers = { ["Content-Type"] = manifest.Type } }
            : new FakeAnswer(404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray());
    }

    private FakeAnswer OfBlob(FakeRequest request, string digest)
    {
        if (!Blobs.TryGetValue(digest, out byte[]? bytes))
        {
            return new FakeAnswer(404);
        }
        if (!request.Headers.TryGetValue("range", out string? range))
        {
            return new FakeAnswer(200, bytes);
        }
        int from = int.Parse(
            range.AsSpan("bytes=".Length, range.IndexOf('-', StringComparison.Ordinal) - "bytes=".Length),
            CultureInfo.InvariantCulture
        );
        return from >= bytes.Length
            ? new FakeAnswer(416)
            : new FakeAnswer(206, bytes[from..]) { Headers = { ["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}" } };
    }

    private FakeAnswer Upload(FakeRequest request, string id)
    {
        string place = request.Path[..(request.Path.LastIndexOf('/') + 1)];
        if (request.Method == "POST")
        {
            if (request.Query("mount") is { } mounted && Blobs.ContainsKey(mounted))
            {
                return new FakeAnswer(201);
            }
            id = $"{Uploads.Count}";
            Uploads[id] = new MemoryStream();
            return new FakeAnswer(202) { Headers = { ["Location"] = $"{place}{id}" } };
        }
        if (!Uploads.TryGetValue(id, out MemoryStream? upload))
        {
            return new FakeAnswer(404);
        }
        if (request.Method is "PATCH" or "PUT")
        {
            if (
                request.Headers.TryGetValue("content-range", out string? range)
                && !range.StartsWith($"{upload.Length}-", StringComparison.Ordinal)
            )
            {
                return new FakeAnswer(416);
            }
            upload.Write(request.Body);
        }
        if (request.Method != "PUT")
        {
            return new FakeAnswer(request.Method == "GET" ? 204 : 202)
            {
                Headers = { ["Location"] = request.Path, ["Range"] = $"0-{Math.Max(upload.Length - 1, 0)}" },
            };
        }
        byte[] bytes = upload.ToArray();
        string digest = TestImage.DigestOf(bytes).ToString();
        if (digest != request.Query("digest"))
        {
            return new FakeAnswer(400, """{"errors":[{"code":"DIGEST_INVALID","message":"other content"}]}"""u8.ToArray());
        }
        Blobs[digest] = bytes;
        Uploads.TryRemove(id, out _);
        return new FakeAnswer(201);
    }
}
