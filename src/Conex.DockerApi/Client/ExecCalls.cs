using System.Globalization;
using Conex.DockerApi.Contracts;

namespace Conex.DockerApi.Client;

/// <summary>Calls about further processes in a running container.</summary>
public readonly struct ExecCalls
{
    private readonly EngineClient client;

    internal ExecCalls(EngineClient client) => this.client = client;

    /// <summary>Prepares a process. Status 409: the container does not run.</summary>
    /// <returns>The exec's ID.</returns>
    public string Create(string container, ExecCreateRequest request)
    {
        RequestTarget target = new RequestTarget("/containers").Segment(container).Path("/exec");
        using EngineResponse response = client.SendJson("POST", target, request, DockerJson.Default.ExecCreateRequest);
        return response.ReadJson(DockerJson.Default.ExecCreateResponse).Id;
    }

    /// <summary>Starts a prepared process and joins its input and output.</summary>
    public HijackedConnection Start(string exec, bool tty, int[]? consoleSize = null) =>
        client.Hijack(
            Of(exec, "/start"),
            new ExecStartRequest { Tty = tty, ConsoleSize = consoleSize },
            DockerJson.Default.ExecStartRequest
        );

    /// <summary>Starts a prepared process and leaves it alone.</summary>
    public void StartDetached(string exec, bool tty = false)
    {
        var request = new ExecStartRequest { Detach = true, Tty = tty };
        using EngineResponse response = client.SendJson("POST", Of(exec, "/start"), request, DockerJson.Default.ExecStartRequest);
        _ = response.ReadToEnd();
    }

    /// <summary>The state of an exec; its exit code after the end.</summary>
    public ExecInspect Inspect(string exec) => client.Get(Of(exec, "/json"), DockerJson.Default.ExecInspect);

    /// <summary>Sets the size of an exec's terminal.</summary>
    public void Resize(string exec, int rows, int columns) =>
        client.Call(
            "POST",
            Of(exec, "/resize")
                .Query("h", rows.ToString(CultureInfo.InvariantCulture))
                .Query("w", columns.ToString(CultureInfo.InvariantCulture))
        );

    private static RequestTarget Of(string exec, string call) => new RequestTarget("/exec").Segment(exec).Path(call);
}
