using System.Net.Sockets;
using Conex.Api.Routing;
using Conex.Api.Streaming;
using Conex.Api.Translation;
using Conex.DockerApi.Contracts;
using Conex.Engine;
using Conex.Engine.Containers;
using Conex.Engine.Errors;
using Conex.Engine.Execs;
using Microsoft.AspNetCore.Http;

namespace Conex.Api.Endpoints;

/// <summary>Calls about further processes in a running container.</summary>
internal sealed class ExecEndpoints(ContainerEngine engine)
{
    // For a process that closed its output and goes on, as docker does not wait at all.
    private static readonly TimeSpan PatienceAfterOutput = TimeSpan.FromSeconds(5);

    internal async Task CreateAsync(ApiRequest request)
    {
        ExecCreateRequest body = await request.ReadJsonAsync(DockerJson.Tolerant.ExecCreateRequest);
        if (body.Cmd is not { Length: > 0 } command)
        {
            throw new InvalidRequestException("No exec command specified");
        }

        _ = DetachKeys.Parse(body.DetachKeys);
        string id = engine.Execs.Create(
            request.Value("id"),
            new ExecConfiguration
            {
                Command = command,
                Environment = body.Env ?? [],
                User = body.User,
                WorkingDirectory = body.WorkingDir,
                Privileged = body.Privileged,
                Terminal = body.Tty,
                ConsoleSize = Terminals.Size(body.ConsoleSize),
                AttachStdin = body.AttachStdin,
                AttachStdout = body.AttachStdout,
                AttachStderr = body.AttachStderr,
                DetachKeys = body.DetachKeys,
            }
        );
        await request.WriteJsonAsync(
            new ExecCreateResponse { Id = id },
            DockerJson.Default.ExecCreateResponse,
            StatusCodes.Status201Created
        );
    }

    internal async Task StartAsync(ApiRequest request)
    {
        string id = request.Value("id");
        engine.Execs.RequireStartable(id);
        ExecStartRequest body = await request.ReadJsonAsync(DockerJson.Tolerant.ExecStartRequest, new ExecStartRequest());
        TerminalSize? size = Terminals.Size(body.ConsoleSize);
        if (body.Detach)
        {
            await engine.Execs.StartAsync(id, attach: null, size);
            await request.WriteStatusAsync(StatusCodes.Status200OK);
            return;
        }

        ExecConfiguration exec = engine.Execs.Inspect(id).Configuration;
        HijackedConnection client = await HijackedConnection.StartAsync(request, exec.Terminal);
        var streams = new AttachStreams(exec.AttachStdin, exec.AttachStdout, exec.AttachStderr);
        Socket? socket;
        try
        {
            socket = await engine.Execs.StartAsync(id, streams, size);
        }
        catch (Exception error)
        {
            // The header is sent; the sentence comes in the stream, and the exit code by inspect.
            await client.WriteLineAsync(error.Message);
            return;
        }

        if (socket is not null)
        {
            DetachKeys? keys = exec is { Terminal: true, AttachStdin: true } ? DetachKeys.Parse(exec.DetachKeys) : null;
            if (await new Splice(client, socket, keys).RunAsync())
            {
                // Clients ask for the exit code as soon as the stream has ended.
                await engine.Execs.WaitAsync(id, PatienceAfterOutput);
            }
        }
    }

    internal async Task ResizeAsync(ApiRequest request)
    {
        await engine.Execs.ResizeAsync(request.Value("id"), ContainerEndpoints.Size(request));
        await request.WriteStatusAsync(StatusCodes.Status200OK);
    }

    internal Task InspectAsync(ApiRequest request)
    {
        ExecDetails exec = engine.Execs.Inspect(request.Value("id"));
        ExecConfiguration configuration = exec.Configuration;
        return request.WriteJsonAsync(
            new ExecInspect
            {
                Id = exec.Id,
                Running = exec.IsRunning,
                ExitCode = exec.ExitCode,
                ProcessConfig = new ExecProcessConfig
                {
                    Tty = configuration.Terminal,
                    Entrypoint = configuration.Command[0],
                    Arguments = [.. configuration.Command.Skip(1)],
                    Privileged = configuration.Privileged,
                    User = configuration.User.Length > 0 ? configuration.User : null,
                },
                OpenStdin = configuration.AttachStdin,
                OpenStdout = configuration.AttachStdout,
                OpenStderr = configuration.AttachStderr,
                ContainerId = exec.ContainerId,
                DetachKeys = configuration.DetachKeys,
                Pid = exec.Pid,
            },
            DockerJson.Default.ExecInspect
        );
    }
}
