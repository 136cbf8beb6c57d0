using Conex.Api.Endpoints;
using Conex.Api.Routing;
using Conex.Api.Streaming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Conex.Api.Hosting;

/// <summary>Serves the Docker Engine API on a unix socket.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    // Of each connection, and once more where it sends a body in chunks: an archive comes no quicker through larger ones.
    private const int BufferSize = 128 << 10;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);
    private readonly WebApplication application;
    private readonly ServerLife life;

    private ApiServer(WebApplication application, ServerLife life)
    {
        this.application = application;
        this.life = life;
    }

    /// <summary>How long there has been nothing to do; zero while there is a request or a hijacked connection.</summary>
    public TimeSpan IdleTime => life.Counter.IdleTime;

    /// <summary>How long no request has begun or ended; some may wait.</summary>
    public TimeSpan QuietTime => life.Counter.QuietTime;

    /// <summary>Starts to serve; connections that already wait in the socket's queue are the first.</summary>
    public static Task<ApiServer> StartAsync(ApiOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(options, EndpointTable.Build(options), cancellationToken);
    }

    /// <summary>Serves any paths.</summary>
    internal static async Task<ApiServer> StartAsync(ApiOptions options, RouteTable routes, CancellationToken cancellationToken = default)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "conexd" });
        // Signals are the daemon's business.
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        // When to cut what is left is for the caller of StopAsync to say.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = BufferSize);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        WebApplication application = builder.Build();
        var life = new ServerLife(options.SocketPath);
        application.Run(new ApiDispatcher(options, routes, life).DispatchAsync);
        await application.StartAsync(cancellationToken);
        return new ApiServer(application, life);
    }

    /// <summary>Accepts no more connections, lets requests and hijacked connections end until the token is cancelled, and cuts the rest.
    /// Streams without an end of their own (events, logs that are followed) end at once.</summary>
    /// <param name="handover">Whether another daemon takes over at once: then waits go on, by asking that one.</param>
    /// <param name="cut">When to cut.</param>
    public Task StopAsync(bool handover, CancellationToken cut = default)
    {
        life.Leave(handover);
        return application.StopAsync(cut);
    }

    /// <summary>Waits until no request needs the engine any more; hijacked connections do not.</summary>
    /// <param name="patience">How long at most.</param>
    public async Task WaitForRequestsAsync(TimeSpan patience)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (life.Counter.Requests > 0 && TimeProvider.System.GetElapsedTime(start) < patience)
        {
            await Task.Delay(PollInterval);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        life.Dispose();
        return application.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, ApiOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        // Image archives are as large as they are, and a terminal may be silent for days. JSON bodies are bounded where they are read.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxRequestBufferSize = BufferSize;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.ListenHandle(
            (ulong)options.Listener.Descriptor,
            listener =>
            {
                listener.Protocols = HttpProtocols.Http1;
                listener.Use(next => connection => ServeAsync(next, connection));
            }
        );
        // The server closes the descriptor; a second close could hit another file.
        options.Listener.SetHandleAsInvalid();
    }

    private static Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        var transport = new HijackableTransport(
            connection.Transport,
            connection.Features.Get<IConnectionSocketFeature>()?.Socket,
            connection.ConnectionClosed
        );
        connection.Transport = transport;
        connection.Features.Set(transport);
        // A client that ends its input still wants the output; Kestrel would take the end for an abort and drop what is written after it.
        connection.ConnectionClosed = CancellationToken.None;
        return next(connection);
    }
}
