using Conex.Cli.Output;
using Conex.CommandLine;
using Conex.DockerApi.Client;
using Conex.Linux.Processes;

namespace Conex.Cli.Daemon;

/// <summary>The engine that the command talks to.</summary>
internal static class Engine
{
    private const int Attempts = 200;
    private const int PauseMilliseconds = 5;

    /// <summary>
    /// Opens a client. The user's own engine is started when it does not run, and replaced when it is of another build than this program;
    /// an engine that the user named is left alone.
    /// </summary>
    /// <exception cref="EngineUnreachableException">Nobody answers there.</exception>
    /// <exception cref="DaemonStartException">The daemon cannot be started.</exception>
    internal static EngineClient Connect(Invocation invocation)
    {
        var client = new EngineClient(Endpoint(invocation));
        if (client.Endpoint.IsDefault)
            EnsureOwnDaemon(client);
        return client;
    }

    /// <summary>The engine's address, without connecting.</summary>
    /// <exception cref="CommandException">The address cannot be used.</exception>
    internal static EngineEndpoint Endpoint(Invocation invocation)
    {
        var hosts = invocation.Root.List("host");
        if (hosts.Count > 1)
            throw new CommandException("Specify only one -H");
        return EngineEndpoint.Resolve(hosts.Count == 1 ? hosts[0] : null, CurrentProcess.EffectiveUser, Environment.GetEnvironmentVariable);
    }

    private static void EnsureOwnDaemon(EngineClient client)
    {
        for (var left = Attempts; ; left--)
        {
            try
            {
                if (client.System.Ping().Build is { } build && DaemonProgram.IsAnotherBuild(build))
                    DaemonProgram.Replace(client, build);
                return;
            }
            catch (EngineUnreachableException nobody) when (nobody.NobodyListens && left > 0)
            {
                DaemonProgram.Start(client.Endpoint);
            }
            catch (EngineUnreachableException broken) when (!broken.NobodyListens && left > 0)
            {
                // A daemon that was killed listens for a moment longer, until the kernel has closed its files.
                Thread.Sleep(PauseMilliseconds);
            }
        }
    }
}
