using Conex.DockerApi.Contracts;
using Conex.Linux.Files;

namespace Conex.DockerApi.Client;

/// <summary>Calls about images. An image is named by a reference, its ID or the start of its ID.</summary>
public readonly struct ImageCalls
{
    private readonly EngineClient client;

    internal ImageCalls(EngineClient client) => this.client = client;

    /// <summary>Lists images, the newest first.</summary>
    public ImageSummary[] List(bool all = false, Filters? filters = null) =>
        client.Get(
            new RequestTarget("/images/json").Flag("all", all).Query("filters", Filters.ToQuery(filters)),
            DockerJson.Default.ImageSummaryArray
        );

    /// <summary>Lists all images with their layers, the newest first. An engine that is not Conex tells no layers.</summary>
    public ImageSummary[] ListWithLayers(Filters? filters = null) =>
        client.Get(
            new RequestTarget("/images/json").Flag("layers", true).Query("filters", Filters.ToQuery(filters)),
            DockerJson.Default.ImageSummaryArray
        );

    /// <summary>Removes images that nobody needs. Filters: <c>dangling</c>, <c>until</c>, <c>label</c>, <c>label!</c>.</summary>
    public ImagesPruneResponse Prune(Filters filters)
    {
        using EngineResponse response = client.Send("POST", new RequestTarget("/images/prune").Query("filters", Filters.ToQuery(filters)));
        return response.ReadJson(DockerJson.Default.ImagesPruneResponse);
    }

    /// <summary>Everything about an image.</summary>
    public ImageInspect Inspect(string image) =>
        client.Get(new RequestTarget("/images").Name(image).Path("/json"), DockerJson.Default.ImageInspect);

    /// <summary>Everything about an image as the engine wrote it, for printing.</summary>
    public byte[] InspectJson(string image) => client.GetBytes(new RequestTarget("/images").Name(image).Path("/json"));

    /// <summary>The steps an image was made of, the newest first.</summary>
    public HistoryItem[] History(string image) =>
        client.Get(new RequestTarget("/images").Name(image).Path("/history"), DockerJson.Default.HistoryItemArray);

    private const string MountPath = "/conex/image-mounts";

    /// <summary>Reads images from a tar (docker-archive or OCI layout, plain or compressed). Take the progress by
    /// <see cref="EngineResponse.Messages"/>; an error comes in it.</summary>
    public EngineResponse Load(FileHandle tar, bool quiet = false, string? platform = null) =>
        client.SendStream("POST", LoadTarget(quiet, platform), tar, "application/x-tar");

    /// <inheritdoc cref="Load(FileHandle, bool, string?)"/>
    /// <param name="write">Writes the tar.</param>
    public EngineResponse Load(Action<Stream> write, bool quiet = false, string? platform = null) =>
        client.SendStream("POST", LoadTarget(quiet, platform), write, "application/x-tar");

    /// <summary>Makes an image of a root filesystem's tar. Take the progress by <see cref="EngineResponse.Messages"/>; an error comes in it.</summary>
    /// <param name="tar">The tar; null when <paramref name="source"/> is a URL.</param>
    /// <param name="source"><c>-</c> for the body, or a URL that the engine reads.</param>
    /// <param name="repository">The image's name, or null.</param>
    /// <param name="tag">Its tag, or null.</param>
    /// <param name="message">The comment of its one layer.</param>
    /// <param name="changes">Dockerfile instructions for its configuration, as <c>CMD ["/bin/sh"]</c>.</param>
    /// <param name="platform">As <c>linux/amd64</c>, or null.</param>
    public EngineResponse Import(
        FileHandle? tar,
        string source,
        string? repository,
        string? tag,
        string? message,
        IReadOnlyList<string> changes,
        string? platform
    )
    {
        ArgumentNullException.ThrowIfNull(changes);
        RequestTarget target = new RequestTarget("/images/create")
            .Query("fromSrc", source)
            .Query("repo", repository)
            .Query("tag", tag)
            .Query("message", message)
            .Query("platform", platform);
        foreach (string change in changes)
        {
            target = target.Query("changes", change);
        }

        return tar is null ? client.Send("POST", target) : client.SendStream("POST", target, tar, "application/x-tar");
    }

    /// <summary>Begins to read images as one tar; read the answer's body.</summary>
    /// <param name="format"><c>docker-archive</c> or <c>oci-archive</c>; null for the engine's own choice. Only Conex knows it.</param>
    /// <param name="platform">As the API has it: JSON with os and architecture; or null.</param>
    public EngineResponse Save(IReadOnlyList<string> images, string? format = null, string? platform = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        RequestTarget target = new("/images/get");
        foreach (string image in images)
        {
            target = target.Query("names", image);
        }

        return client.Send("GET", target.Query("format", format).Query("platform", platform));
    }

    /// <summary>Pulls an image. Take the progress by <see cref="EngineResponse.Messages"/>; an error comes in it.</summary>
    /// <param name="repository">The image's name without tag or digest.</param>
    /// <param name="tag">Tag or digest; null: all tags.</param>
    /// <param name="platform">As <c>linux/amd64</c>, or null.</param>
    /// <param name="credential">Who asks; null: nobody in particular.</param>
    public EngineResponse Pull(string repository, string? tag, string? platform = null, AuthConfig? credential = null) =>
        client.Send(
            "POST",
            new RequestTarget("/images/create").Query("fromImage", repository).Query("tag", tag).Query("platform", platform),
            RegistryHeader.Of(credential)
        );

    /// <summary>Pushes an image. Take the progress by <see cref="EngineResponse.Messages"/>; an error comes in it.</summary>
    /// <param name="repository">The image's name without tag.</param>
    /// <param name="tag">The tag; null: all tags.</param>
    /// <param name="credential">Who pushes; null: nobody in particular.</param>
    public EngineResponse Push(string repository, string? tag, AuthConfig? credential = null) =>
        client.Send(
            "POST",
            new RequestTarget("/images").Name(repository).Path("/push").Query("tag", tag),
            // The header is a must for some engines, even when it says nothing.
            RegistryHeader.Of(credential ?? new AuthConfig())
        );

    /// <summary>Gives an image a further name.</summary>
    public void Tag(string image, string repository, string? tag) =>
        client.Call("POST", new RequestTarget("/images").Name(image).Path("/tag").Query("repo", repository).Query("tag", tag));

    /// <summary>Removes a name of an image, and the image with its last name.</summary>
    public ImageDeleteItem[] Remove(string image, bool force = false, bool noPrune = false)
    {
        RequestTarget target = new RequestTarget("/images").Name(image).Flag("force", force).Flag("noprune", noPrune);
        using EngineResponse response = client.Send("DELETE", target);
        return response.ReadJson(DockerJson.Default.ImageDeleteItemArray);
    }

    /// <summary>Looks for repositories of a registry by a word.</summary>
    /// <param name="term">Perhaps with a registry before it: <c>registry.example/word</c>.</param>
    /// <param name="limit">At most so many; null: the engine's own limit.</param>
    public SearchResult[] Search(string term, int? limit, Filters? filters, AuthConfig? credential)
    {
        RequestTarget target = new RequestTarget("/images/search")
            .Query("term", term)
            .Query("limit", limit?.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Query("filters", Filters.ToQuery(filters));
        using EngineResponse response = client.Send("GET", target, RegistryHeader.Of(credential));
        return response.ReadJson(DockerJson.Default.SearchResultArray);
    }

    /// <summary>A manifest or index of a registry, byte for byte. Only Conex knows the call.</summary>
    /// <param name="reference">With a tag or a digest.</param>
    /// <param name="insecure">Whether the registry need not prove who it is.</param>
    public RegistryManifest Manifest(string reference, bool insecure, AuthConfig? credential)
    {
        RequestTarget target = new RequestTarget("/distribution").Name(reference).Path("/manifest").Flag("insecure", insecure);
        using EngineResponse response = client.Send("GET", target, RegistryHeader.Of(credential));
        return new RegistryManifest(
            response.ReadToEnd(),
            response.Header("Content-Type") ?? "",
            response.Header(ManifestHeaders.Digest) ?? "",
            response.Header(ManifestHeaders.Platform)
        );
    }

    /// <summary>Pushes an index of images that the same registry has. Only Conex knows the call.</summary>
    /// <param name="reference">With a tag.</param>
    /// <param name="sources">Digests of manifests with the names of the repositories that have them.</param>
    /// <param name="insecure">Whether the registry need not prove who it is.</param>
    /// <returns>The index's digest.</returns>
    public string PushIndex(
        string reference,
        byte[] index,
        IReadOnlyList<(string Digest, string Repository)> sources,
        bool insecure,
        AuthConfig? credential
    )
    {
        ArgumentNullException.ThrowIfNull(sources);
        RequestTarget target = new RequestTarget("/distribution").Name(reference).Path("/manifest").Flag("insecure", insecure);
        foreach ((string digest, string repository) in sources)
        {
            target = target.Query("source", $"{digest} {repository}");
        }

        using EngineResponse response = client.SendStream(
            "PUT",
            target,
            body => body.Write(index),
            "application/json",
            RegistryHeader.Of(credential)
        );
        return response.Header(ManifestHeaders.Digest) ?? "";
    }

    /// <summary>Images that are mounted on the host. Only Conex knows the call.</summary>
    public ImageMount[] Mounts() => client.Get(new RequestTarget(MountPath), DockerJson.Default.ImageMountArray);

    /// <summary>Mounts an image on the host, read-only. Only Conex knows the call.</summary>
    public ImageMount Mount(string image)
    {
        using EngineResponse response = client.Send("POST", new RequestTarget(MountPath).Query("image", image));
        return response.ReadJson(DockerJson.Default.ImageMount);
    }

    /// <summary>Unmounts an image. Only Conex knows the call.</summary>
    /// <param name="force">Even if somebody uses it.</param>
    public void Unmount(string image, bool force) =>
        client.Call("DELETE", new RequestTarget(MountPath).Query("image", image).Flag("force", force));

    private static RequestTarget LoadTarget(bool quiet, string? platform) =>
        new RequestTarget("/images/load").Query("quiet", quiet ? "1" : "0").Query("platform", platform);
}
