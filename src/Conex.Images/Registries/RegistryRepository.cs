using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Conex.Images.Content;
using Conex.Oci;
using Conex.Oci.ImageSpec;

namespace Conex.Images.Registries;

/// <summary>Reads one repository of one registry (distribution-spec 1.1, "Pull" and "Content Discovery").</summary>
internal sealed class RegistryRepository(RegistryConnection connection, string path)
{
    private const int MostTags = 100_000;
    private const int ListLimit = 4 << 20;
    private const string JsonType = "application/json";

    private static readonly string[] ManifestTypes =
    [
        MediaType.OciManifest,
        MediaType.OciIndex,
        MediaType.DockerManifest,
        MediaType.DockerManifestList,
        MediaType.DockerSchema1Signed + ";q=0.1",
    ];

    internal RegistryConnection Connection => connection;

    internal string Path => path;

    internal string Name => $"{connection.Host}/{path}";

    /// <summary>The right to read.</summary>
    internal string PullScope => $"repository:{path}:pull";

    /// <summary>A manifest or index by tag or digest.</summary>
    /// <exception cref="RegistryException">There is none, or it is not what the digest says.</exception>
    internal async Task<ManifestDocument> GetManifestAsync(string reference, CancellationToken cancellationToken)
    {
        string what = $"get the manifest {reference} of {Name}";
        using HttpResponseMessage response = await GetAsync($"/manifests/{reference}", ManifestTypes, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw await RegistryBody.FailureAsync(response, what, cancellationToken);
        }
        byte[] bytes = await ReadAsync(response, ContentStore.LargestDocument, $"the manifest {reference}", cancellationToken);
        ManifestDocument document = ManifestDocument.From(bytes, response.Content.Headers.ContentType?.MediaType);
        return !Digest.TryParse(reference, out Digest expected) || expected == document.Digest
            ? document
            : throw new RegistryException($"{what}: the content has the digest {document.Digest}");
    }

    /// <summary>What a tag or digest stands for, without its content; null when there is no such thing.</summary>
    internal async Task<Digest?> FindManifestAsync(string reference, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(
            HttpMethod.Head,
            $"/manifests/{reference}",
            ManifestTypes,
            PullScope,
            cancellationToken
        );
        return response.StatusCode == HttpStatusCode.NotFound ? null
            : response.IsSuccessStatusCode
            && response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values)
            && Digest.TryParse(values.FirstOrDefault(), out Digest digest)
                ? digest
            : (await GetManifestAsync(reference, cancellationToken)).Digest;
    }

    /// <summary>A small blob as a whole, verified.</summary>
    /// <exception cref="RegistryException">It is missing, too large, or something else.</exception>
    internal async Task<byte[]> GetBlobAsync(Descriptor descriptor, int limit, CancellationToken cancellationToken)
    {
        if (descriptor.Size > limit)
        {
            throw new RegistryException($"the blob {descriptor.Digest} of {Name} has {descriptor.Size} bytes, more than {limit}: refused");
        }
        using HttpResponseMessage response = await OpenBlobAsync(descriptor.Digest, 0, cancellationToken);
        byte[] bytes = await ReadAsync(response, (int)descriptor.Size, $"the blob {descriptor.Digest}", cancellationToken);
        var digest = Digest.FromSha256(System.Security.Cryptography.SHA256.HashData(bytes));
        return bytes.Length == descriptor.Size && digest == descriptor.Digest
            ? bytes
            : throw new RegistryException(
                $"get the blob {descriptor.Digest} of {Name}: the content has {bytes.Length} bytes and the digest {digest}"
            );
    }

    /// <summary>Opens a blob from a byte on. An answer of 200 instead of 206 begins at byte 0 all the same.</summary>
    /// <exception cref="RegistryException">There is no such blob, or no such byte.</exception>
    internal async Task<HttpResponseMessage> OpenBlobAsync(Digest digest, long offset, CancellationToken cancellationToken)
    {
        Uri url = await connection.UrlAsync($"/v2/{path}/blobs/{digest}", cancellationToken);
        return await OpenAsync(url, $"get the blob {digest} of {Name}", offset, cancellationToken);
    }

    /// <summary>Opens what a URL of a descriptor names, mostly on another host.</summary>
    internal Task<HttpResponseMessage> OpenForeignAsync(Uri url, long offset, CancellationToken cancellationToken) =>
        OpenAsync(url, $"get the layer {url}", offset, cancellationToken);

    /// <summary>All tags, in the registry's order.</summary>
    /// <exception cref="RegistryException">There is no such repository.</exception>
    internal async Task<IReadOnlyList<string>> ListTagsAsync(CancellationToken cancellationToken)
    {
        var tags = new List<string>();
        Uri? page = await connection.UrlAsync($"/v2/{path}/tags/list", cancellationToken);
        while (page is not null)
        {
            using HttpResponseMessage response = await connection.SendAsync(
                page,
                url => Request(HttpMethod.Get, url, [JsonType]),
                PullScope,
                cancellationToken
            );
            if (!response.IsSuccessStatusCode)
            {
                throw await RegistryBody.FailureAsync(response, $"list the tags of {Name}", cancellationToken);
            }
            int before = tags.Count;
            tags.AddRange(Tags(await ReadAsync(response, ListLimit, $"the list of tags of {Name}", cancellationToken)));
            page = tags.Count > before ? NextPage(response) : null;
            if (tags.Count > MostTags)
            {
                throw new RegistryException($"{Name} has more than {MostTags} tags");
            }
        }
        return tags;
    }

    /// <summary>What says something about a manifest: signatures, lists of contents. Registries without the referrers API keep the list under
    /// a tag made of the digest (distribution-spec, "Referrers Tag Schema").</summary>
    /// <param name="artifactType">Only of this type; null for all.</param>
    internal async Task<IReadOnlyList<Descriptor>> ListReferrersAsync(
        Digest digest,
        string? artifactType,
        CancellationToken cancellationToken
    )
    {
        string query = artifactType is null ? "" : $"?artifactType={Uri.EscapeDataString(artifactType)}";
        ImageIndex index;
        using (HttpResponseMessage response = await GetAsync($"/referrers/{digest}{query}", [MediaType.OciIndex], cancellationToken))
        {
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.BadRequest)
            {
                string tag = $"{digest.Algorithm}-{digest.Hex}";
                if (await FindManifestAsync(tag, cancellationToken) is null)
                {
                    return [];
                }
                index = ImageIndex.Parse((await GetManifestAsync(tag, cancellationToken)).Bytes);
            }
            else if (response.IsSuccessStatusCode)
            {
                index = ImageIndex.Parse(
                    await ReadAsync(response, ContentStore.LargestDocument, $"the referrers of {digest}", cancellationToken)
                );
            }
            else
            {
                throw await RegistryBody.FailureAsync(response, $"list the referrers of {digest} in {Name}", cancellationToken);
            }
        }
        // A registry need not filter.
        return artifactType is null ? index.Manifests : [.. index.Manifests.Where(manifest => manifest.ArtifactType == artifactType)];
    }

    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string relative,
        string[] accept,
        string scope,
        CancellationToken cancellationToken
    )
    {
        Uri target = await connection.UrlAsync($"/v2/{path}{relative}", cancellationToken);
        return await connection.SendAsync(target, url => Request(method, url, accept), scope, cancellationToken);
    }

    private Task<HttpResponseMessage> GetAsync(string relative, string[] accept, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, relative, accept, PullScope, cancellationToken);

    private async Task<HttpResponseMessage> OpenAsync(Uri target, string what, long offset, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await connection.SendAsync(
            target,
            url =>
            {
                HttpRequestMessage request = Request(HttpMethod.Get, url, []);
                request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
                return request;
            },
            PullScope,
            cancellationToken
        );
        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (response)
        {
            throw await RegistryBody.FailureAsync(response, what, cancellationToken);
        }
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, string what, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(connection.Settings.Stall);
        try
        {
            return await RegistryBody.ReadAsync(response, limit, what, deadline.Token);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new RegistryException($"{what} of {Name}: the connection broke before its end", cause: e);
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri url, string[] accept)
    {
        var request = new HttpRequestMessage(method, url);
        foreach (string type in accept)
        {
            request.Headers.TryAddWithoutValidation("Accept", type);
        }
        return request;
    }

    private static IEnumerable<string> Tags(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("tags", out JsonElement tags)
                && tags.ValueKind == JsonValueKind.Array
                ? [.. tags.EnumerateArray().Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()!)]
                : [];
        }
        catch (JsonException e)
        {
            throw new RegistryException($"the list of tags is no JSON: {e.Message}", cause: e);
        }
    }

    /// <summary>The link of RFC 8288 with <c>rel="next"</c>; of another host it is not followed.</summary>
    private static Uri? NextPage(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out IEnumerable<string>? links))
        {
            return null;
        }
        string link =
            links.FirstOrDefault(value =>
                value.Contains("rel=\"next\"", StringComparison.Ordinal) || value.Contains("rel=next", StringComparison.Ordinal)
            ) ?? "";
        int end = link.IndexOf('>', StringComparison.Ordinal);
        Uri current = response.RequestMessage!.RequestUri!;
        return link.StartsWith('<') && end > 0 && Uri.TryCreate(current, link[1..end], out Uri? next) && next.Authority == current.Authority
            ? next
            : null;
    }
}
