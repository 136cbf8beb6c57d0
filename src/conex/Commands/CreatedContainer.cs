using System.Text;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.DockerApi.Contracts;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Cli.Commands;

/// <summary>Makes a container, and pulls its image first where it is missing.</summary>
internal static class CreatedContainer
{
    private const int NotRun = 125;
    private const int NotFoundStatus = 404;

    /// <returns>The container's ID.</returns>
    internal static string Create(EngineClient client, Invocation options, ContainerCreateRequest request)
    {
        var pull = options.Text("pull") ?? "missing";
        if (pull is not ("always" or "missing" or "never"))
            throw new FormatException($"invalid pull option: '{pull}': must be one of \"always\", \"missing\" or \"never\"");
        using var idFile = OpenIdFile(options.Text("cidfile"));
        var platform = options.Text("platform");
        if (pull == "always")
            Pull(client, options, request.Image);
        ContainerCreateResponse created;
        try
        {
            created = client.Containers.Create(request, options.Text("name"), platform);
        }
        catch (EngineException missing) when (missing.Status == NotFoundStatus && pull == "missing" && IsAboutImage(missing))
        {
            if (!options.Flag("quiet"))
                Print.ErrorLine($"Unable to find image '{ImageName.WithTag(request.Image)}' locally");
            Pull(client, options, request.Image);
            created = client.Containers.Create(request, options.Text("name"), platform);
        }
        foreach (var warning in created.Warnings ?? [])
            Print.ErrorLine($"WARNING: {warning}");
        if (idFile is not null)
            FileIo.Write(idFile, Encoding.ASCII.GetBytes(created.Id), options.Text("cidfile"));
        return created.Id;
    }

    private static bool IsAboutImage(EngineException missing) =>
        missing.Message.StartsWith("No such image", StringComparison.OrdinalIgnoreCase);

    private static void Pull(EngineClient client, Invocation options, string image)
    {
        try
        {
            PulledImage.Pull(client, image, options.Text("platform"), options.Flag("quiet") ? null : FileHandle.StandardError);
        }
        catch (CommandException failure)
        {
            throw new CommandException(failure.Message, NotRun);
        }
    }

    private static FileHandle? OpenIdFile(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return null;
        return PathAt.TryOpen(PathAt.Current, path, OpenMode.Write | OpenMode.Create | OpenMode.Exclusive, out var error, 0x1B4)
            ?? throw new FormatException(
                error == Errno.EEXIST
                    ? $"container ID file found, make sure the other container isn't running or delete {path}"
                    : $"failed to create the container ID file: {new KernelException("open", path, error).Message}"
            );
    }
}
