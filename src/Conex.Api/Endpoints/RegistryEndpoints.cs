using System.Text.Json;
using Conex.Api.Routing;
using Conex.Api.Streaming;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Errors;
using Conex.Images.Registries;
using Conex.Oci;
using Conex.Oci.Credentials;

namespace Conex.Api.Endpoints;

/// <summary>Calls that make the engine talk to a registry: pull, push, login, and looking.</summary>
internal sealed class RegistryEndpoints(ContainerEngine engine)
{
    internal const string CredentialHeader = "X-Registry-Auth";

    /// <summary>Without a tag: all tags, as Docker has it.</summary>
    internal async Task PullAsync(ApiRequest request, string image)
    {
        ImageReference reference = ImageRequests.Reference(image, request.Query("tag"));
        if (reference.NameFault is { } fault)
        {
            throw new InvalidRequestException(fault);
        }

        var options = new PullOptions { Platform = ImageRequests.Platform(request.Query("platform")), Credential = Credential(request) };
        using CancellationTokenSource end = request.LinkEnd();
        var writer = new ProgressWriter(request);
        await writer.RunAsync(async () =>
        {
            await engine.Transfers.PullAsync(reference, options, step => writer.Report(Message(step)), end.Token);
            return [];
        });
    }

    internal async Task PushAsync(ApiRequest request)
    {
        ImageReference reference = ImageRequests.Reference(request.Value("name"), request.Query("tag"));
        if (reference.Digest is not null)
        {
            throw new InvalidRequestException("cannot push a digest reference");
        }

        var options = new PushOptions { Credential = Credential(request) };
        using CancellationTokenSource end = request.LinkEnd();
        var writer = new ProgressWriter(request);
        await writer.RunAsync(async () =>
        {
            IReadOnlyList<PushedImage> pushed = await engine.Transfers.PushAsync(
                reference,
                options,
                step => writer.Report(Message(step)),
                end.Token
            );
            return [.. pushed.Select(Result)];
        });
    }

    internal async Task LoginAsync(ApiRequest request)
    {
        AuthConfig config = await request.ReadJsonAsync(DockerJson.Tolerant.AuthConfig);
        RegistryCredential credential = ImageRequests.Credential(config);
        if (credential.IsEmpty)
        {
            throw new InvalidRequestException("a user name and a password, or a token, are needed");
        }

        string? token = await engine.Transfers.LoginAsync(config.ServerAddress, credential, request.Aborted);
        await request.WriteJsonAsync(
            new AuthResponse { Status = "Login Succeeded", IdentityToken = token ?? "" },
            DockerJson.Default.AuthResponse
        );
    }

    internal async Task DescribeAsync(ApiRequest request)
    {
        ImageReference reference = ImageRequests.Reference(request.Value("name"), tag: null);
        RemoteDescription remote = await engine.Transfers.DescribeAsync(reference, Credential(request), request.Aborted);
        var answer = new DistributionInspect
        {
            Descriptor = new DistributionDescriptor
            {
                MediaType = remote.Descriptor.MediaType,
                Digest = remote.Descriptor.Digest.ToString(),
                Size = remote.Descriptor.Size,
            },
            Platforms =
            [
                .. remote.Platforms.Select(platform => new DistributionPlatform
                {
                    Architecture = platform.Architecture,
                    Os = platform.Os,
                    Variant = platform.Variant.Length > 0 ? platform.Variant : null,
                }),
            ],
        };
        await request.WriteJsonAsync(answer, DockerJson.Default.DistributionInspect);
    }

    private static RegistryCredential? Credential(ApiRequest request) =>
        ImageRequests.Credential(request.Http.Request.Headers[CredentialHeader].ToString());

    private static JsonMessage Message(TransferStep step) =>
        new()
        {
            Status = step.Status,
            Id = step.Id.Length > 0 ? step.Id : null,
            ProgressDetail =
                step.Current is { } current ? new ProgressDetail { Current = current, Total = step.Total }
                : step.Id.Length > 0 ? new ProgressDetail()
                : null,
        };

    private static JsonMessage Result(PushedImage pushed)
    {
        var result = new PushResult
        {
            Tag = pushed.Tag,
            Digest = pushed.Digest.ToString(),
            Size = pushed.Size,
        };
        return new JsonMessage
        {
            ProgressDetail = new ProgressDetail(),
            Aux = JsonSerializer.SerializeToElement(result, DockerJson.Default.PushResult),
        };
    }
}
