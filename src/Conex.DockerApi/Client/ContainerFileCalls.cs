using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Client;

/// <summary>Calls about the files of a container, named by its name, its ID or the start of its ID.</summary>
public static class ContainerFileCalls
{
    /// <summary>Begins to read a container's root file system as a tar; read the answer's body.</summary>
    public static EngineResponse Export(this EngineClient client, string container)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.Send("GET", new RequestTarget("/containers").Segment(container).Path("/export"));
    }

    /// <summary>Makes an image of a container.</summary>
    /// <param name="repository">The image's name, or null.</param>
    /// <param name="changes">Dockerfile instructions for its configuration.</param>
    /// <returns>The image's ID.</returns>
    public static string Commit(
        this EngineClient client,
        string container,
        string? repository,
        string? tag,
        string? author,
        string? message,
        IReadOnlyList<string> changes,
        bool pause
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(changes);
        RequestTarget target = new RequestTarget("/commit")
            .Query("container", container)
            .Query("repo", repository)
            .Query("tag", tag)
            .Query("author", author)
            .Query("comment", message)
            .Query("pause", pause ? "1" : "0");
        foreach (string change in changes)
        {
            target = target.Query("changes", change);
        }

        using EngineResponse response = client.Send("POST", target);
        return response.ReadJson(DockerJson.Default.CommitResponse).Id;
    }

    /// <summary>What a container has changed of its image.</summary>
    public static ContainerChange[] Changes(this EngineClient client, string container)
    {
        ArgumentNullException.ThrowIfNull(client);
        using EngineResponse response = client.Send("GET", new RequestTarget("/containers").Segment(container).Path("/changes"));
        // An engine answers null when there are none.
        byte[] body = response.ReadToEnd();
        return System.Text.Json.JsonSerializer.Deserialize(body, DockerJson.Default.ContainerChangeArray) ?? [];
    }

    /// <summary>What is at a path of a container; null when nothing is there, or it cannot be asked for.</summary>
    public static ContainerPathStat? TryStat(this EngineClient client, string container, string path)
    {
        ArgumentNullException.ThrowIfNull(client);
        try
        {
            using EngineResponse response = client.Send("HEAD", Archive(container, path));
            return ContainerPathStat.Parse(response.Header(ContainerPathStat.Header));
        }
        catch (EngineException)
        {
            return null;
        }
    }

    /// <summary>Begins to read a path of a container as a tar; read the answer's body.</summary>
    /// <param name="stat">What is there.</param>
    public static EngineResponse CopyOut(this EngineClient client, string container, string path, out ContainerPathStat stat)
    {
        ArgumentNullException.ThrowIfNull(client);
        EngineResponse response = client.Send("GET", Archive(container, path));
        stat = ContainerPathStat.Parse(response.Header(ContainerPathStat.Header));
        return response;
    }

    /// <summary>Writes a tar into a directory of a container. A directory is not replaced by a file, nor the other way round.</summary>
    /// <param name="write">Writes the tar.</param>
    /// <param name="ownedByContainer">Everything is to belong to the container's user.</param>
    public static void CopyIn(this EngineClient client, string container, string path, Action<Stream> write, bool ownedByContainer)
    {
        ArgumentNullException.ThrowIfNull(client);
        RequestTarget target = Archive(container, path)
            .Query("noOverwriteDirNonDir", "true")
            .Query("copyUIDGID", ownedByContainer ? "true" : null);
        using EngineResponse response = client.SendStream("PUT", target, write, "application/x-tar");
        _ = response.ReadToEnd();
    }

    private static RequestTarget Archive(string container, string path) =>
        new RequestTarget("/containers").Segment(container).Path("/archive").Query("path", path);
}
