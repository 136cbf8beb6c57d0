using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Conex.Oci;

namespace Conex.Images.Registries;

/// <summary>Writes one repository of one registry (distribution-spec 1.1, "Push").</summary>
internal sealed class RegistryUpload(RegistryRepository repository)
{
    private readonly RegistryConnection connection = repository.Connection;

    private string Scope => $"repository:{repository.Path}:pull,push";

    /// <summary>Whether the registry has a blob in this repository.</summary>
    internal async Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await repository.SendAsync(HttpMethod.Head, $"/blobs/{digest}", [], Scope, cancellationToken);
        return response.IsSuccessStatusCode
            || (
                response.StatusCode == HttpStatusCode.NotFound
                    ? false
                    : throw await RegistryBody.FailureAsync(response, $"look for the blob {digest} in {repository.Name}", cancellationToken)
            );
    }

    /// <summary>Asks the registry to take a blob from another of its repositories.</summary>
    /// <returns>False when it does not.</returns>
    internal async Task<bool> TryMountAsync(Digest digest, string from, CancellationToken cancellationToken)
    {
        // A token service may refuse the other repository as a whole: then there is a token without it, and the registry says 202.
        using HttpResponseMessage response = await repository.SendAsync(
            HttpMethod.Post,
            $"/blobs/uploads/?mount={digest}&from={Uri.EscapeDataString(from)}",
            [],
            $"{Scope} repository:{from}:pull",
            cancellationToken
        );
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            await AbandonAsync(Location(response), cancellationToken);
        }
        return response.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Uploads a blob: at once when it is small, in pieces otherwise; a piece whose fate is unknown goes on where the registry is.</summary>
    /// <param name="open">Opens the blob's bytes, seekable; called again for each attempt.</param>
    /// <exception cref="RegistryException">The registry refuses.</exception>
    internal async Task UploadAsync(Digest digest, long size, Func<Stream> open, Action<long> progress, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            (Uri location, long smallestChunk) = await BeginAsync(cancellationToken);
            try
            {
                long chunk = Math.Max(connection.Settings.UploadChunk, smallestChunk);
                if (size > chunk)
                {
                    location = await UploadChunksAsync(location, size, chunk, open, progress, cancellationToken);
                    await FinishAsync(location, digest, null, cancellationToken);
                }
                else
                {
                    await FinishAsync(location, digest, () => Piece(open, 0, size, progress), cancellationToken);
                }
                return;
            }
            catch (UploadLostException) when (attempt + 1 < connection.Settings.Attempts)
            {
                await Task.Delay(Backoff.Delay(connection.Settings.RetryDelay, attempt), connection.Settings.Time, cancellationToken);
            }
            catch (UploadLostException e)
            {
                throw new RegistryException(
                    $"push the blob {digest} to {repository.Name}: the registry lost the upload again and again: {e.Message}",
                    cause: e
                );
            }
            catch (OperationCanceledException)
            {
                await AbandonAsync(location, CancellationToken.None);
                throw;
            }
        }
    }

    /// <summary>Stores a manifest or index under a tag or its digest.</summary>
    /// <exception cref="RegistryException">The registry refuses, or stored something else.</exception>
    internal async Task PutManifestAsync(string reference, ManifestDocument manifest, CancellationToken cancellationToken)
    {
        string what = $"push the manifest {reference} to {repository.Name}";
        Uri target = await connection.UrlAsync($"/v2/{repository.Path}/manifests/{reference}", cancellationToken);
        using HttpResponseMessage response = await connection.SendAsync(
            target,
            url =>
            {
                var content = new ByteArrayContent(manifest.Bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue(manifest.MediaType);
                return new HttpRequestMessage(HttpMethod.Put, url) { Content = content };
            },
            Scope,
            cancellationToken
        );
        if (!response.IsSuccessStatusCode)
        {
            throw await RegistryBody.FailureAsync(response, what, cancellationToken);
        }
        if (
            response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values)
            && Digest.TryParse(values.FirstOrDefault(), out Digest stored)
            && stored != manifest.Digest
        )
        {
            throw new RegistryException($"{what}: the registry stored something else, of the digest {stored}");
        }
    }

    private async Task<(Uri Location, long SmallestChunk)> BeginAsync(CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await repository.SendAsync(HttpMethod.Post, "/blobs/uploads/", [], Scope, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Accepted)
        {
            throw await RegistryBody.FailureAsync(response, $"push to {repository.Name}", cancellationToken);
        }
        long smallest =
            response.Headers.TryGetValues("OCI-Chunk-Min-Length", out IEnumerable<string>? values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                ? length
                : 0;
        return (
            Location(response) ?? throw new RegistryException($"push to {repository.Name}: the registry names no place for the upload"),
            smallest
        );
    }

    private async Task<Uri> UploadChunksAsync(
        Uri location,
        long size,
        long chunk,
        Func<Stream> open,
        Action<long> progress,
        CancellationToken cancellationToken
    )
    {
        long offset = 0;
        int failures = 0;
        while (offset < size)
        {
            long length = Math.Min(chunk, size - offset);
            long start = offset;
            HttpResponseMessage? response = null;
            try
            {
                response = await connection.SendAsync(
                    location,
                    url =>
                    {
                        HttpContent content = Piece(open, start, length, progress);
                        // Not the header's own class: registries want 0-99, without "bytes" and the whole size.
                        content.Headers.TryAddWithoutValidation(
                            "Content-Range",
                            string.Create(CultureInfo.InvariantCulture, $"{start}-{start + length - 1}")
                        );
                        return new HttpRequestMessage(HttpMethod.Patch, url) { Content = content };
                    },
                    Scope,
                    cancellationToken,
                    isRepeatable: false
                );
            }
            catch (RegistryException) when (failures + 1 < connection.Settings.Attempts)
            {
                // Broken in the middle: the registry knows how far it got.
            }
            using (response)
            {
                if (response is { StatusCode: HttpStatusCode.Accepted })
                {
                    location = Location(response) ?? location;
                    offset += length;
                    failures = 0;
                    continue;
                }
                bool mayPass =
                    response is null
                    || Backoff.IsPassing(response.StatusCode)
                    || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable;
                if (!mayPass || ++failures >= connection.Settings.Attempts)
                {
                    throw response is null
                        ? new UploadLostException("the connection breaks")
                        : await RegistryBody.FailureAsync(response, $"push to {repository.Name}", cancellationToken);
                }
            }
            await Task.Delay(Backoff.Delay(connection.Settings.RetryDelay, failures - 1), connection.Settings.Time, cancellationToken);
            (location, offset) = await PositionAsync(location, size, cancellationToken);
        }
        return location;
    }

    /// <summary>How far the registry got.</summary>
    private async Task<(Uri Location, long Offset)> PositionAsync(Uri location, long size, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await connection.SendAsync(
            location,
            url => new HttpRequestMessage(HttpMethod.Get, url),
            Scope,
            cancellationToken
        );
        if (!response.IsSuccessStatusCode)
        {
            throw new UploadLostException($"it does not know it any more ({(int)response.StatusCode})");
        }
        string range = response.Headers.TryGetValues("Range", out IEnumerable<string>? values) ? values.FirstOrDefault() ?? "" : "";
        long last = long.TryParse(
            range.AsSpan(range.IndexOf('-', StringComparison.Ordinal) + 1),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out long end
        )
            ? end
            : -1;
        // "0-0" is one byte by the specification, and none by some registries.
        long offset = last <= 0 ? 0 : last + 1;
        return offset <= size ? (Location(response) ?? location, offset) : throw new UploadLostException("it has more than there is");
    }

    private async Task FinishAsync(Uri location, Digest digest, Func<HttpContent>? body, CancellationToken cancellationToken)
    {
        string separator = location.Query.Length > 1 ? "&" : "?";
        var target = new Uri($"{location.AbsoluteUri}{separator}digest={Uri.EscapeDataString(digest.ToString())}");
        HttpResponseMessage response;
        try
        {
            response = await connection.SendAsync(
                target,
                url => new HttpRequestMessage(HttpMethod.Put, url) { Content = body?.Invoke() ?? new ByteArrayContent([]) },
                Scope,
                cancellationToken,
                isRepeatable: false
            );
        }
        catch (RegistryException e) when (e.Status is null)
        {
            throw new UploadLostException(e.Message);
        }
        using (response)
        {
            if (response.IsSuccessStatusCode)
            {
                return;
            }
            RegistryException failure = await RegistryBody.FailureAsync(
                response,
                $"push the blob {digest} to {repository.Name}",
                cancellationToken
            );
            throw Backoff.IsPassing(response.StatusCode) || response.StatusCode == HttpStatusCode.NotFound
                ? new UploadLostException(failure.Message)
                : failure;
        }
    }

    private async Task AbandonAsync(Uri? location, CancellationToken cancellationToken)
    {
        if (location is null)
        {
            return;
        }
        try
        {
            using HttpResponseMessage response = await connection.SendAsync(
                location,
                url => new HttpRequestMessage(HttpMethod.Delete, url),
                Scope,
                cancellationToken,
                isRepeatable: false
            );
        }
        catch (RegistryException)
        {
            // A courtesy; registries forget uploads by themselves.
        }
    }

    private static Uri? Location(HttpResponseMessage response) =>
        response.Headers.Location is { } location ? new Uri(response.RequestMessage!.RequestUri!, location) : null;

    private static StreamContent Piece(Func<Stream> open, long offset, long length, Action<long> progress)
    {
        Stream stream = open();
        stream.Position = offset;
        var content = new StreamContent(new PieceStream(stream, offset, length, progress), 256 << 10);
        content.Headers.ContentLength = length;
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }
}
