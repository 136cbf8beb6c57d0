using System.Globalization;
using Conex.CommandLine;
using Conex.DockerApi.Contracts;
using Conex.Linux.Terminals;

namespace Conex.Cli.Requests;

/// <summary>Turns the options of <c>run</c> and <c>create</c> into the engine's request.</summary>
internal static class ContainerRequest
{
    /// <exception cref="FormatException">An option's value is wrong, or two exclude each other.</exception>
    internal static ContainerCreateRequest Of(Invocation options, bool detached, WindowSize? window)
    {
        string[] command = options.Arguments[1..];
        var streams = options.List("attach");
        var interactive = options.Flag("interactive");
        var attachInput = !detached && (streams.Count == 0 ? interactive : Contains(streams, "stdin"));
        var published = PublishedPorts.Parse(options.List("publish"));
        var exposed = PublishedPorts.Exposed(options.List("expose"), published);
        return new ContainerCreateRequest
        {
            Hostname = options.Text("hostname") ?? "",
            Domainname = options.Text("domainname") ?? "",
            User = options.Text("user") ?? "",
            AttachStdin = attachInput,
            AttachStdout = !detached && (streams.Count == 0 || Contains(streams, "stdout")),
            AttachStderr = !detached && (streams.Count == 0 || Contains(streams, "stderr")),
            ExposedPorts = exposed.Count > 0 ? exposed : null,
            Tty = options.Flag("tty"),
            OpenStdin = interactive,
            StdinOnce = interactive && attachInput,
            Env = EnvironmentOptions.Read(options.List("env-file"), options.List("env")),
            Cmd = command.Length > 0 ? command : null,
            Image = options.Arguments[0],
            WorkingDir = options.Text("workdir") ?? "",
            Entrypoint = options.Text("entrypoint") is { } entrypoint ? [entrypoint] : null,
            Labels = EnvironmentOptions.ReadLabels(options.List("label-file"), options.List("label")),
            StopSignal = options.Text("stop-signal"),
            StopTimeout = (int?)options.Integer("stop-timeout"),
            HostConfig = Host(options, published, window),
            NetworkingConfig = new NetworkingConfig { EndpointsConfig = new Dictionary<string, EndpointSettings?>(StringComparer.Ordinal) },
        };
    }

    private static HostConfig Host(Invocation options, Dictionary<string, PortBinding[]?> published, WindowSize? window)
    {
        var security = SecurityOptions.Parse(options.List("security-opt"));
        var restart = Restart(options.Text("restart"));
        if (options.Flag("rm") && restart.Name is not ("" or "no"))
            throw new FormatException("conflicting options: cannot specify both --restart and --rm");
        return new HostConfig
        {
            Binds = Map(options.List("volume"), VolumeText.Parse),
            ContainerIDFile = options.Text("cidfile") ?? "",
            LogConfig = new LogConfig { Type = options.Text("log-driver") ?? "", Config = Pairs.Of(options.List("log-opt")) },
            NetworkMode = options.Text("network") ?? options.Text("net") ?? "default",
            PortBindings = published,
            PublishAllPorts = options.Flag("publish-all"),
            RestartPolicy = restart,
            AutoRemove = options.Flag("rm"),
            ConsoleSize = window is { } size ? [size.Rows, size.Columns] : [0, 0],
            Annotations = Pairs.Of(options.List("annotation")),
            Mounts = Map(options.List("mount"), MountText.Parse),
            Tmpfs = Tmpfs(options.List("tmpfs")),
            CapAdd = Texts(options.List("cap-add")),
            CapDrop = Texts(options.List("cap-drop")),
            CgroupnsMode = options.Text("cgroupns") ?? "",
            Dns = Texts(options.List("dns")),
            DnsOptions = Texts(options.List("dns-option")),
            DnsSearch = Texts(options.List("dns-search")),
            ExtraHosts = Texts(options.List("add-host")),
            GroupAdd = Texts(options.List("group-add")),
            IpcMode = options.Text("ipc") ?? "",
            PidMode = options.Text("pid") ?? "",
            UTSMode = options.Text("uts") ?? "",
            UsernsMode = options.Text("userns") ?? "",
            OomScoreAdj = (int)(options.Integer("oom-score-adj") ?? 0),
            Privileged = options.Flag("privileged"),
            ReadonlyRootfs = options.Flag("read-only"),
            SecurityOpt = security.Options.Count > 0 ? [.. security.Options] : null,
            MaskedPaths = security.OpenSystemPaths ? [] : null,
            ReadonlyPaths = security.OpenSystemPaths ? [] : null,
            ShmSize = options.Value("shm-size", SizeOption.Parse, 0),
            Sysctls = Pairs.Of(options.List("sysctl")),
            Runtime = options.Text("runtime"),
            Memory = options.Value("memory", SizeOption.Parse, 0),
            MemoryReservation = options.Value("memory-reservation", SizeOption.Parse, 0),
            MemorySwap = options.Value("memory-swap", SizeOption.ParseOrUnlimited, 0),
            NanoCpus = options.Value("cpus", CpuCount.Parse, 0),
            CpuShares = options.Integer("cpu-shares") ?? 0,
            CpuPeriod = options.Integer("cpu-period") ?? 0,
            CpuQuota = options.Integer("cpu-quota") ?? 0,
            CpusetCpus = options.Text("cpuset-cpus") ?? "",
            CpusetMems = options.Text("cpuset-mems") ?? "",
            PidsLimit = options.Integer("pids-limit"),
            Ulimits = Map(options.List("ulimit"), UlimitText.Parse),
            CgroupParent = options.Text("cgroup-parent") ?? "",
            Devices = Map(options.List("device"), Device),
            Init = options.IsSet("init") ? options.Flag("init") : null,
        };
    }

    private static RestartPolicy Restart(string? text)
    {
        var (name, retries) = Pairs.Split(text ?? "no", ':');
        if (name is not ("" or "no" or "always" or "unless-stopped" or "on-failure"))
            throw new FormatException(
                $"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
            );
        var count = 0;
        if (retries is not null && !int.TryParse(retries, NumberStyles.None, CultureInfo.InvariantCulture, out count))
            throw new FormatException("invalid restart policy format: maximum retry count must be an integer");
        return new RestartPolicy { Name = name, MaximumRetryCount = count };
    }

    /// <summary><c>/dev/a[:/dev/b][:rwm]</c>.</summary>
    private static DeviceMapping Device(string text)
    {
        var parts = text.Split(':');
        var target = parts[0];
        var permissions = "rwm";
        foreach (var part in parts.AsSpan(1))
        {
            if (part.Length > 0 && part.AsSpan().ContainsAnyExcept("rwm"))
                target = part;
            else
                permissions = part;
        }
        return parts.Length <= 3 && parts[0].Length > 0
            ? new DeviceMapping
            {
                PathOnHost = parts[0],
                PathInContainer = target,
                CgroupPermissions = permissions,
            }
            : throw new FormatException($"invalid device specification: {text}");
    }

    private static Dictionary<string, string>? Tmpfs(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return null;
        var mounts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var (path, options) = Pairs.Split(text, ':');
            mounts[path] = options ?? "";
        }
        return mounts;
    }

    private static bool Contains(IReadOnlyList<string> streams, string name)
    {
        foreach (var stream in streams)
        {
            if (string.Equals(stream, name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static string[]? Texts(IReadOnlyList<string> texts) => Map(texts, static text => text);

    private static T[]? Map<T>(IReadOnlyList<string> texts, Func<string, T> parse)
    {
        if (texts.Count == 0)
            return null;
        var values = new T[texts.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = parse(texts[i]);
        return values;
    }
}
