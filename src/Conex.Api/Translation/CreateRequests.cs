using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;
using Conex.Engine.Errors;

namespace Conex.Api.Translation;

/// <summary>A create request in the engine's words.</summary>
internal static class CreateRequests
{
    /// <summary>Translates a request.</summary>
    /// <exception cref="NotAvailableException">It asks for something that the engine has no word for.</exception>
    internal static ContainerConfiguration ToEngine(ContainerCreateRequest request) =>
        new()
        {
            Image = request.Image,
            Hostname = request.Hostname,
            Domainname = request.Domainname,
            User = request.User,
            AttachStdin = request.AttachStdin,
            AttachStdout = request.AttachStdout,
            AttachStderr = request.AttachStderr,
            Terminal = request.Tty,
            OpenStdin = request.OpenStdin,
            StdinOnce = request.StdinOnce,
            ExposedPorts = [.. request.ExposedPorts?.Keys ?? []],
            Environment = request.Env,
            Command = request.Cmd,
            Entrypoint = request.Entrypoint,
            WorkingDirectory = request.WorkingDir,
            Volumes = [.. request.Volumes?.Keys ?? []],
            Labels = request.Labels ?? Empty,
            StopSignal = NullWhenEmpty(request.StopSignal),
            StopTimeout = request.StopTimeout,
            NetworkDisabled = request.NetworkDisabled ?? false,
            Host = HostRequests.ToEngine(request.HostConfig ?? new HostConfig()),
        };

    /// <summary>What of a request is kept in mind but not done.</summary>
    internal static IEnumerable<string> Warnings(ContainerCreateRequest request)
    {
        if (request.Healthcheck?.Test is { Length: > 0 } test && test[0] != "NONE")
        {
            yield return "Health checks are not run yet: the container has no health status.";
        }

        if (!string.IsNullOrEmpty(request.MacAddress))
        {
            yield return "The MAC address is ignored: the container has no network interface of its own.";
        }
    }

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    private static string? NullWhenEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
