using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Oci.ImageSpec;

namespace Conex.Engine.Specs;

/// <summary>What an image says fills in what a request leaves open; docker's rules, which Dockerfiles rely on.</summary>
internal static class ImageDefaults
{
    /// <exception cref="InvalidRequestException">Neither says what to run.</exception>
    internal static ContainerConfiguration Merge(ContainerConfiguration request, ImageExecution image)
    {
        IReadOnlyList<string>? command = request.Command;
        IReadOnlyList<string>? entrypoint = request.Entrypoint;
        if (entrypoint is null or [])
        {
            command = command is null or [] ? image.Cmd : command;
            entrypoint ??= image.Entrypoint;
        }
        if (entrypoint is [""])
        {
            entrypoint = null;
        }
        if (entrypoint is null or [] && command is null or [])
        {
            throw new InvalidRequestException("no command specified");
        }
        return request with
        {
            User = request.User.Length > 0 ? request.User : image.User ?? "",
            ExposedPorts = Union(request.ExposedPorts, image.ExposedPorts),
            Environment = EnvironmentVariables.Merge(request.Environment, image.Env),
            Command = command,
            Entrypoint = entrypoint,
            WorkingDirectory = request.WorkingDirectory.Length > 0 ? request.WorkingDirectory : image.WorkingDir ?? "",
            Volumes = Union(request.Volumes, image.Volumes),
            Labels = Union(request.Labels, image.Labels),
            StopSignal = string.IsNullOrEmpty(request.StopSignal) ? image.StopSignal : request.StopSignal,
        };
    }

    /// <summary>The argument vector of a merged configuration.</summary>
    internal static IReadOnlyList<string> Arguments(ContainerConfiguration merged) => [.. merged.Entrypoint ?? [], .. merged.Command ?? []];

    private static IReadOnlyList<string> Union(IReadOnlyList<string> first, IReadOnlyList<string>? second) =>
        second is null or [] ? first : [.. first.Union(second, StringComparer.Ordinal)];

    private static IReadOnlyDictionary<string, string> Union(
        IReadOnlyDictionary<string, string> first,
        IReadOnlyDictionary<string, string>? second
    )
    {
        if (second is null || second.Count == 0)
        {
            return first;
        }
        Dictionary<string, string> all = new(second, StringComparer.Ordinal);
        foreach ((string key, string value) in first)
        {
            all[key] = value;
        }
        return all;
    }
}
