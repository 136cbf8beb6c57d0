using System.Globalization;
using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Client;

/// <summary>Calls about containers. A container is named by its name, its ID or the start of its ID.</summary>
public readonly struct ContainerCalls
{
    private readonly EngineClient client;

    internal ContainerCalls(EngineClient client) => this.client = client;

    /// <summary>Makes a container. Status 404: there is no such image; 409: the name is in use.</summary>
    /// <param name="request">What to make.</param>
    /// <param name="name">Its name, or null for one of the engine's invention.</param>
    /// <param name="platform">As <c>linux/amd64</c>, or null.</param>
    public ContainerCreateResponse Create(ContainerCreateRequest request, string? name = null, string? platform = null)
    {
        RequestTarget target = new RequestTarget("/containers/create").Query("name", name).Query("platform", platform);
        using EngineResponse response = client.SendJson("POST", target, request, DockerJson.Default.ContainerCreateRequest);
        return response.ReadJson(DockerJson.Default.ContainerCreateResponse);
    }

    /// <summary>Starts a container; one that runs already is left alone.</summary>
    public void Start(string container, string? detachKeys = null) =>
        client.Call("POST", Of(container, "/start").Query("detachKeys", detachKeys));

    /// <summary>Asks a container to end, and kills it after the time.</summary>
    /// <param name="container">Which.</param>
    /// <param name="timeout">Seconds; -1 waits for ever; null is the container's own.</param>
    /// <param name="signal">A signal's name or number; null is the container's own.</param>
    public void Stop(string container, int? timeout = null, string? signal = null) =>
        client.Call("POST", Of(container, "/stop").Query("t", timeout?.ToString(CultureInfo.InvariantCulture)).Query("signal", signal));

    /// <summary>Stops and starts a container.</summary>
    public void Restart(string container, int? timeout = null, string? signal = null) =>
        client.Call("POST", Of(container, "/restart").Query("t", timeout?.ToString(CultureInfo.InvariantCulture)).Query("signal", signal));

    /// <summary>Sends a signal to a container's main process. Status 409: it does not run.</summary>
    public void Kill(string container, string? signal = null) => client.Call("POST", Of(container, "/kill").Query("signal", signal));

    /// <summary>Freezes a container's processes.</summary>
    public void Pause(string container) => client.Call("POST", Of(container, "/pause"));

    /// <summary>Lets a container's processes go on.</summary>
    public void Unpause(string container) => client.Call("POST", Of(container, "/unpause"));

    /// <summary>Gives a container another name.</summary>
    public void Rename(string container, string name) => client.Call("POST", Of(container, "/rename").Query("name", name));

    /// <summary>Waits for a container's end. When this returns the engine watches; take the result later.</summary>
    /// <param name="container">Which.</param>
    /// <param name="condition"><c>not-running</c> (the default), <c>next-exit</c> or <c>removed</c>.</param>
    public PendingWait Wait(string container, string? condition = null) =>
        new(client.Send("POST", Of(container, "/wait").Query("condition", condition)));

    /// <summary>Removes a container.</summary>
    /// <param name="container">Which.</param>
    /// <param name="force">Kill it first when it runs.</param>
    /// <param name="volumes">Remove its anonymous volumes too.</param>
    /// <param name="link">Remove a link instead.</param>
    public void Remove(string container, bool force = false, bool volumes = false, bool link = false) =>
        client.Call("DELETE", Of(container, "").Flag("v", volumes).Flag("force", force).Flag("link", link));

    /// <summary>Lists containers, the newest first.</summary>
    /// <param name="all">Those that do not run too.</param>
    /// <param name="limit">At most this many of all; 0 is no limit.</param>
    /// <param name="size">Count the bytes they have written.</param>
    /// <param name="filters">Keys <c>id</c>, <c>name</c>, <c>label</c>, <c>status</c>, <c>exited</c>, <c>ancestor</c>, <c>before</c>, <c>since</c>.</param>
    public ContainerSummary[] List(bool all = false, int limit = 0, bool size = false, Filters? filters = null) =>
        client.Get(
            new RequestTarget("/containers/json")
                .Flag("all", all)
                .Query("limit", limit > 0 ? limit.ToString(CultureInfo.InvariantCulture) : null)
                .Flag("size", size)
                .Query("filters", Filters.ToQuery(filters)),
            DockerJson.Default.ContainerSummaryArray
        );

    /// <summary>Everything about a container.</summary>
    public ContainerInspect Inspect(string container, bool size = false) =>
        client.Get(Of(container, "/json").Flag("size", size), DockerJson.Default.ContainerInspect);

    /// <summary>Everything about a container as the engine wrote it, for printing.</summary>
    public byte[] InspectJson(string container, bool size = false) => client.GetBytes(Of(container, "/json").Flag("size", size));

    /// <summary>A container's processes.</summary>
    /// <param name="container">Which.</param>
    /// <param name="arguments">Arguments of ps(1); null is <c>-ef</c>.</param>
    public TopResponse Top(string container, string? arguments = null) =>
        client.Get(Of(container, "/top").Query("ps_args", arguments), DockerJson.Default.TopResponse);

    /// <summary>A container's log: raw bytes for a terminal, else frames (<see cref="Streams.StdCopyFrame"/>).</summary>
    public EngineResponse Logs(string container, LogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return client.Send(
            "GET",
            Of(container, "/logs")
                .Flag("stdout", options.Stdout)
                .Flag("stderr", options.Stderr)
                .Flag("follow", options.Follow)
                .Flag("timestamps", options.Timestamps)
                .Flag("details", options.Details)
                .Query("tail", options.Tail)
                .Query("since", options.Since)
                .Query("until", options.Until)
        );
    }

    /// <summary>Joins a container's input and output; attach before the start, and nothing is lost.</summary>
    public HijackedConnection Attach(string container, AttachOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return client.Hijack(
            Of(container, "/attach")
                .Flag("stream", true)
                .Flag("stdin", options.Stdin)
                .Flag("stdout", options.Stdout)
                .Flag("stderr", options.Stderr)
                .Flag("logs", options.Logs)
                .Query("detachKeys", options.DetachKeys)
        );
    }

    /// <summary>Sets the size of a container's terminal.</summary>
    public void Resize(string container, int rows, int columns) =>
        client.Call(
            "POST",
            Of(container, "/resize")
                .Query("h", rows.ToString(CultureInfo.InvariantCulture))
                .Query("w", columns.ToString(CultureInfo.InvariantCulture))
        );

    private static RequestTarget Of(string container, string call) => new RequestTarget("/containers").Segment(container).Path(call);
}
