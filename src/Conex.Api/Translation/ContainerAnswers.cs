using Conex.DockerApi.Contracts;
using Conex.Engine.Containers;
using ContainerState = Conex.DockerApi.Contracts.ContainerState;
using EngineState = Conex.Engine.Containers.ContainerState;
using MountPoint = Conex.DockerApi.Contracts.MountPoint;

namespace Conex.Api.Translation;

/// <summary>Containers as inspect and list show them.</summary>
internal static class ContainerAnswers
{
    internal static ContainerInspect Inspect(ContainerDetails container) =>
        new()
        {
            Id = container.Id,
            Created = DockerTime.Text(container.Record.CreatedAt),
            Path = container.Arguments.Count > 0 ? container.Arguments[0] : "",
            Args = [.. container.Arguments.Skip(1)],
            State = State(container.State),
            Image = container.Record.ImageId,
            ResolvConfPath = container.ResolvConfPath,
            HostnamePath = container.HostnamePath,
            HostsPath = container.HostsPath,
            LogPath = container.LogPath,
            Name = "/" + container.Name,
            Driver = EngineNames.StorageDriver,
            ExecIds = container.ExecIds.Count > 0 ? [.. container.ExecIds] : null,
            HostConfig = HostAnswers.FromEngine(container.Configuration.Host),
            GraphDriver = new GraphDriver { Name = EngineNames.StorageDriver, Data = GraphData(container) },
            Mounts = Mounts(container),
            Config = Config(container),
            NetworkSettings = new NetworkSettings { Networks = Networks(container) },
        };

    /// <summary>A layer that is mounted by its index is no directory of the host: only unpacked ones are named.</summary>
    private static Dictionary<string, string> GraphData(ContainerDetails container)
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ID"] = container.Id,
            ["UpperDir"] = container.UpperDirectory,
            ["WorkDir"] = container.WorkDirectory,
        };
        string[] lowers = [.. container.Record.Layers.Where(Directory.Exists)];
        if (lowers.Length > 0)
        {
            data["LowerDir"] = string.Join(':', lowers);
        }
        return data;
    }

    internal static ContainerSummary Summary(ContainerDetails container, DateTimeOffset now) =>
        new()
        {
            Id = container.Id,
            Names = ["/" + container.Name],
            Image = container.Configuration.Image,
            ImageId = container.Record.ImageId,
            Command = Command(container.Arguments),
            Created = container.Record.CreatedAt.ToUnixTimeSeconds(),
            Labels = container.Configuration.Labels,
            State = Word(container.State.Status),
            Status = Sentence(container.State, now),
            HostConfig = new SummaryHostConfig { NetworkMode = container.Configuration.Host.NetworkMode },
            NetworkSettings = new SummaryNetworkSettings { Networks = Networks(container) },
            Mounts = Mounts(container),
        };

    /// <summary>The state for people: <c>Up 2 hours</c>, <c>Exited (0) 5 minutes ago</c>.</summary>
    internal static string Sentence(EngineState state, DateTimeOffset now) =>
        state.Status switch
        {
            ContainerStatus.Running => $"Up {Duration.Text(now - (state.StartedAt ?? now))}",
            ContainerStatus.Removing => "Removal In Progress",
            ContainerStatus.Exited when state.FinishedAt is { } finished =>
                $"Exited ({state.ExitCode}) {Duration.Text(now - finished)} ago",
            _ => "Created",
        };

    private static ContainerState State(EngineState state) =>
        new()
        {
            Status = Word(state.Status),
            Running = state.IsRunning,
            OOMKilled = state.OomKilled,
            Pid = state.Pid,
            ExitCode = state.ExitCode,
            Error = state.Error,
            StartedAt = DockerTime.Text(state.StartedAt),
            FinishedAt = DockerTime.Text(state.FinishedAt),
        };

    private static string Word(ContainerStatus status) =>
        status switch
        {
            ContainerStatus.Running => "running",
            ContainerStatus.Exited => "exited",
            ContainerStatus.Removing => "removing",
            _ => "created",
        };

    private static ContainerConfig Config(ContainerDetails container)
    {
        ContainerConfiguration configuration = container.Configuration;
        return new ContainerConfig
        {
            Hostname = container.Hostname,
            Domainname = configuration.Domainname,
            User = configuration.User,
            AttachStdin = configuration.AttachStdin,
            AttachStdout = configuration.AttachStdout,
            AttachStderr = configuration.AttachStderr,
            ExposedPorts = Set(configuration.ExposedPorts),
            Tty = configuration.Terminal,
            OpenStdin = configuration.OpenStdin,
            StdinOnce = configuration.StdinOnce,
            Env = [.. configuration.Environment ?? []],
            Cmd = configuration.Command is null ? null : [.. configuration.Command],
            Image = configuration.Image,
            Volumes = Set(configuration.Volumes),
            WorkingDir = configuration.WorkingDirectory,
            Entrypoint = configuration.Entrypoint is null ? null : [.. configuration.Entrypoint],
            NetworkDisabled = configuration.NetworkDisabled ? true : null,
            Labels = configuration.Labels,
            StopSignal = configuration.StopSignal,
            StopTimeout = configuration.StopTimeout,
        };
    }

    private static MountPoint[] Mounts(ContainerDetails container) =>
        [
            .. container.Mounts.Select(mount => new MountPoint
            {
                Type = mount.Type,
                Source = mount.Source,
                Destination = mount.Destination,
                Mode = mount.Mode,
                Rw = mount.Writable,
                Propagation = mount.Propagation,
            }),
        ];

    private static Dictionary<string, EndpointSettings> Networks(ContainerDetails container)
    {
        string mode = container.Configuration.Host.NetworkMode;
        // The default is a bridge by name, although the container has only its loopback interface yet.
        string network = mode is "default" or "" ? "bridge" : mode;
        return new Dictionary<string, EndpointSettings>(StringComparer.Ordinal) { [network] = new() };
    }

    /// <summary>The command in one line; arguments with spaces are quoted, for people only.</summary>
    private static string Command(IReadOnlyList<string> arguments) =>
        string.Join(
            ' ',
            arguments.Select((argument, i) => i > 0 && argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument)
        );

    private static Dictionary<string, EmptyObject>? Set(IReadOnlyList<string> items) =>
        items.Count == 0
            ? null
            : items.Distinct(StringComparer.Ordinal).ToDictionary(item => item, _ => EmptyObject.Instance, StringComparer.Ordinal);
}
