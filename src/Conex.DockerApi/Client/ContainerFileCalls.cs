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

    /// <summary>What a container has changed of its image.</summary>
    public static ContainerChange[] Changes(this EngineClient client, string container)
    {
        ArgumentNullException.ThrowIfNull(client);
        using EngineResponse response = client.Send("GET", new RequestTarget("/containers").Segment(container).Path("/changes"));
        // An engine answers null when there are none.
        byte[] body = response.ReadToEnd();
        return System.Text.Json.JsonSerializer.Deserialize(body, DockerJson.Default.ContainerChangeArray) ?? [];
    }
}
