using Conex.Cli.Credentials;
using Conex.Cli.Output;
using Conex.Cli.Requests;
using Conex.DockerApi.Client;
using Conex.Linux.Files;

namespace Conex.Cli.Commands;

/// <summary>Lets the engine pull an image with the user's credential, and shows how far it is.</summary>
internal static class PulledImage
{
    /// <param name="tag">Tag or digest; null: all tags.</param>
    /// <param name="file">Where progress goes; null: nowhere.</param>
    /// <exception cref="CommandException">The engine reports an error in the stream.</exception>
    internal static void Pull(EngineClient client, string repository, string? tag, string? platform, FileHandle? file)
    {
        using var response = client.Images.Pull(repository, tag, platform, CredentialFiles.For(repository));
        if (file is null)
            new Progress(static _ => { }, FileHandle.StandardOutput).Print(response.Messages());
        else
            new Progress(text => FileIo.Write(file, System.Text.Encoding.UTF8.GetBytes(text)), file).Print(response.Messages());
    }

    /// <inheritdoc cref="Pull(EngineClient, string, string?, string?, FileHandle?)"/>
    internal static void Pull(EngineClient client, string image, string? platform, FileHandle? file)
    {
        var (repository, reference) = ImageName.Split(image);
        Pull(client, repository, reference ?? "latest", platform, file);
    }
}
