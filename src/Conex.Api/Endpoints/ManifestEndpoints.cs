using Conex.Api.Routing;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Images.Registries;
using Conex.Oci;
using Conex.Oci.Credentials;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Manifests of registries, byte for byte: this engine's own calls, for a command line that speaks with no registry itself.</summary>
internal sealed class ManifestEndpoints
{
    private const int LargestIndex = 4 << 20;
    private readonly ContainerEngine engine;

    private ManifestEndpoints(ContainerEngine engine) => this.engine = engine;

    internal static void Add(RouteTable routes, ContainerEngine engine)
    {
        var endpoints = new ManifestEndpoints(engine);
        routes
            .Add("GET", "/distribution/{name*}/manifest", endpoints.ReadAsync)
            .Add("PUT", "/distribution/{name*}/manifest", endpoints.PushAsync);
    }

    private async Task ReadAsync(ApiRequest request)
    {
        RemoteManifest manifest = await engine.Transfers.ReadManifestAsync(
            ImageRequests.Reference(request.Value("name"), tag: null),
            request.Flag("insecure"),
            Credential(request),
            request.Aborted
        );
        HttpResponse response = request.Http.Response;
        response.ContentType = manifest.MediaType;
        response.Headers[ManifestHeaders.Digest] = manifest.Digest.ToString();
        if (manifest.Platform is { } platform)
        {
            response.Headers[ManifestHeaders.Platform] = platform.ToString();
        }

        response.ContentLength = manifest.Bytes.Length;
        await response.Body.WriteAsync(manifest.Bytes, request.Aborted);
    }

    /// <summary>The body is an index; each parameter <c>source</c>, <c>DIGEST REPOSITORY</c>, says where a manifest of it is.</summary>
    private async Task PushAsync(ApiRequest request)
    {
        ImageReference reference = ImageRequests.Reference(request.Value("name"), tag: null);
        if (reference.Digest is not null)
        {
            throw new InvalidRequestException("cannot push an index to a digest: give a tag");
        }

        Digest digest = await engine.Transfers.PushIndexAsync(
            reference,
            await ReadBodyAsync(request),
            request.QueryAll("source").Select(Source).DistinctBy(pair => pair.Key).ToDictionary(),
            request.Flag("insecure"),
            Credential(request),
            request.Aborted
        );
        request.Http.Response.Headers[ManifestHeaders.Digest] = digest.ToString();
        await request.WriteStatusAsync(StatusCodes.Status201Created);
    }

    private static RegistryCredential? Credential(ApiRequest request) =>
        ImageRequests.Credential(request.Http.Request.Headers[RegistryEndpoints.CredentialHeader].ToString());

    private static async Task<byte[]> ReadBodyAsync(ApiRequest request)
    {
        using var body = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        int n;
        while ((n = await request.Http.Request.Body.ReadAsync(buffer, request.Aborted)) > 0)
        {
            if (body.Length + n > LargestIndex)
            {
                throw new InvalidRequestException($"the index has more than {LargestIndex} bytes");
            }

            body.Write(buffer.AsSpan(0, n));
        }

        return body.ToArray();
    }

    private static KeyValuePair<Digest, string> Source(string text)
    {
        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        return
            blank > 0
            && Digest.TryParse(text[..blank], out Digest digest)
            && ImageReference.TryParse(text[(blank + 1)..], out ImageReference name)
            && name.IsNameOnly
            ? new(digest, name.Path)
            : throw new InvalidRequestException($"\"{text}\" is no source of a manifest: DIGEST REPOSITORY");
    }
}
