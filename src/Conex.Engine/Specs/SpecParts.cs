using Conex.Engine.Capabilities;
using Conex.Engine.Containers;
using Conex.Engine.Devices;
using Conex.Engine.Errors;
using Conex.Engine.Logs;
using Conex.Engine.Mounts;
using Conex.Engine.Networks;
using Conex.Engine.Resources;
using Conex.Linux.Processes;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Specs;

/// <summary>A merged configuration, understood piece by piece. Making one is the check of a request; a start makes it again from the record.</summary>
internal sealed record SpecParts
{
    private const int LowestOomScore = -1000;

    internal required IReadOnlyList<string> Capabilities { get; init; }

    internal required SecurityChoice Security { get; init; }

    /// <summary>The seccomp section's JSON; null: nothing is filtered.</summary>
    internal required byte[]? Seccomp { get; init; }

    internal required IReadOnlyList<UserMount> Mounts { get; init; }

    internal required IReadOnlyList<LinuxDevice> Devices { get; init; }

    internal required LinuxResources Resources { get; init; }

    internal required IReadOnlyList<Rlimit>? Rlimits { get; init; }

    internal required NetworkChoice Network { get; init; }

    internal required IReadOnlyList<LinuxNamespace> Namespaces { get; init; }

    internal required LogLimits Log { get; init; }

    internal required Signal StopSignal { get; init; }

    internal required string WorkingDirectory { get; init; }

    /// <exception cref="InvalidRequestException">Something in the configuration is impossible.</exception>
    /// <exception cref="NotAvailableException">Something that this engine does not do.</exception>
    /// <exception cref="NotFoundException">No such network.</exception>
    internal static SpecParts From(ContainerConfiguration configuration)
    {
        HostConfiguration host = configuration.Host;
        Check(configuration);
        NetworkChoice network = NetworkChoice.From(configuration);
        SecurityChoice security = SecurityChoice.Parse(host.SecurityOptions);
        IReadOnlyList<string> capabilities = CapabilitySelection.Select(host.CapAdd, host.CapDrop, host.Privileged);
        List<LinuxDevice> devices = [];
        List<LinuxDeviceRule> rules = [.. host.Privileged ? DeviceRules.Everything : DeviceRules.Default];
        foreach (DeviceMapping mapping in host.Devices ?? [])
        {
            string access = mapping.Permissions.Length > 0 ? mapping.Permissions : "rwm";
            foreach (LinuxDevice device in HostDevices.From(mapping))
            {
                devices.Add(device);
                rules.Add(DeviceRules.Allow(device.Type, device.Major, device.Minor, access));
            }
        }
        rules.AddRange((host.DeviceCgroupRules ?? []).Select(DeviceRules.Parse));
        return new SpecParts
        {
            Capabilities = capabilities,
            Security = security,
            Seccomp = SeccompSection.For(security, host.Privileged, capabilities),
            Mounts = UserMounts.From(host),
            Devices = host.Privileged ? HostDevices.All() : devices,
            Resources = ResourceSpec.From(host.Resources, rules),
            Rlimits = ResourceLimitNames.From(host.Ulimits),
            Network = network,
            Namespaces = NamespaceModes.From(host, network),
            Log = LogLimits.From(host),
            StopSignal = ParseSignal(configuration.StopSignal, Signal.SIGTERM),
            WorkingDirectory = Directory(configuration.WorkingDirectory),
        };
    }

    /// <exception cref="InvalidRequestException">No such signal.</exception>
    internal static Signal ParseSignal(string? text, Signal standard) =>
        string.IsNullOrEmpty(text) ? standard
        : SignalName.TryParse(text, out Signal signal) ? signal
        : throw new InvalidRequestException($"Invalid signal: {text}");

    private static string Directory(string path) =>
        path.Length == 0 ? "/"
        : path.StartsWith('/') ? ContainerPath.Clean(path)
        : throw new InvalidRequestException($"the working directory '{path}' is invalid, it needs to be an absolute path");

    private static void Check(ContainerConfiguration configuration)
    {
        HostConfiguration host = configuration.Host;
        EnvironmentVariables.Check(configuration.Environment);
        NetworkFiles.Check(host);
        if (host.RestartPolicy.Name is not ("" or "no"))
        {
            throw host.RestartPolicy.Name is "always" or "on-failure" or "unless-stopped"
                ? new NotAvailableException("restart policies come later; start the container again with conex start")
                : new InvalidRequestException($"invalid restart policy: unknown policy '{host.RestartPolicy.Name}'; use one of: \"no\"");
        }
        if (host.ShmSize < 0)
        {
            throw new InvalidRequestException("SHM size can not be less than 0");
        }
        if (host.OomScoreAdjustment is < LowestOomScore or > -LowestOomScore)
        {
            throw new InvalidRequestException(
                $"Invalid value {host.OomScoreAdjustment}, range for oom score adj is [{LowestOomScore}, {-LowestOomScore}]"
            );
        }
        foreach (string path in (host.MaskedPaths ?? []).Concat(host.ReadonlyPaths ?? []))
        {
            if (!path.StartsWith('/'))
            {
                throw new InvalidRequestException($"invalid masked or read-only path: \"{path}\" is not absolute");
            }
        }
    }
}
