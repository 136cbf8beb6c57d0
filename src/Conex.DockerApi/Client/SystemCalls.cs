using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Client;

/// <summary>Calls about the engine itself.</summary>
public readonly struct SystemCalls
{
    private readonly EngineClient client;

    internal SystemCalls(EngineClient client) => this.client = client;

    /// <summary>Asks whether the engine is there and which it is.</summary>
    public PingInfo Ping()
    {
        using EngineResponse response = client.Send("HEAD", new RequestTarget("/_ping"));
        return new PingInfo(
            response.Header("Api-Version"),
            response.Header("Ostype"),
            response.Header("Conex-Build"),
            response.Header("Server")
        );
    }

    /// <summary>The engine's version.</summary>
    public VersionResponse Version() => client.Get(new RequestTarget("/version"), DockerJson.Default.VersionResponse);

    /// <summary>The engine and its host.</summary>
    public InfoResponse Info() => client.Get(new RequestTarget("/info"), DockerJson.Default.InfoResponse);

    /// <summary>The info as the engine wrote it, for templates and <c>--format json</c>.</summary>
    public byte[] InfoJson() => client.GetBytes(new RequestTarget("/info"));

    /// <summary>What images and containers take on the disk.</summary>
    public DiskUsageResponse DiskUsage() => client.Get(new RequestTarget("/system/df"), DockerJson.Default.DiskUsageResponse);

    /// <summary>Looks through what the engine has on the disk; only a Conex engine does.</summary>
    /// <param name="repair">Whether what is found is put right.</param>
    /// <param name="quick">Whether sizes alone are looked at.</param>
    public SystemCheckResponse Check(bool repair, bool quick)
    {
        using EngineResponse response = client.Send("POST", new RequestTarget("/conex/check").Flag("repair", repair).Flag("quick", quick));
        return response.ReadJson(DockerJson.Default.SystemCheckResponse);
    }

    /// <summary>Follows the engine's events; take them by <see cref="EngineResponse.Events"/>.</summary>
    /// <param name="since">Only later ones: seconds since 1970, or RFC 3339.</param>
    /// <param name="until">End at this time instead of never.</param>
    /// <param name="filters">Keys <c>container</c>, <c>event</c>, <c>type</c>, <c>image</c>, <c>label</c>.</param>
    public EngineResponse Events(string? since = null, string? until = null, Filters? filters = null) =>
        client.Send(
            "GET",
            new RequestTarget("/events").Query("since", since).Query("until", until).Query("filters", Filters.ToQuery(filters))
        );

    /// <summary>Asks a registry, by the engine, whether it accepts a user. Status 401: it does not.</summary>
    public AuthResponse Login(AuthConfig credential)
    {
        using EngineResponse response = client.SendJson("POST", new RequestTarget("/auth"), credential, DockerJson.Default.AuthConfig);
        return response.ReadJson(DockerJson.Default.AuthResponse);
    }

    /// <summary>Asks a Conex engine of another build to finish its calls and leave. Containers run on.</summary>
    public void HandOver() => client.Call("POST", new RequestTarget("/conex/handover"));
}
