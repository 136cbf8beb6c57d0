using Conex.Engine.Capabilities;
using Conex.Engine.Containers;
using Conex.Engine.Execs;
using Conex.Engine.Mounts;
using Conex.Engine.Users;
using Conex.Oci.RuntimeSpec;

namespace Conex.Engine.Specs;

/// <summary>The process section of a specification: a container's first process, or one that exec adds.</summary>
internal static class ProcessSpec
{
    internal static Process ForContainer(ContainerRecord record, SpecParts parts, ContainerUser user)
    {
        ContainerConfiguration configuration = record.Configuration;
        List<string> environment = Environment(record, user, configuration.Terminal);
        return new Process
        {
            Terminal = configuration.Terminal,
            ConsoleSize = configuration.Terminal ? Size(configuration.Host.ConsoleSize) : null,
            User = Numbers(user),
            Args = ImageDefaults.Arguments(configuration),
            Env = environment,
            Cwd = parts.WorkingDirectory,
            Capabilities = Sets(parts.Capabilities, user),
            Rlimits = parts.Rlimits,
            NoNewPrivileges = parts.Security.NoNewPrivileges,
            ApparmorProfile = parts.Security.ApparmorProfile,
            OomScoreAdj = configuration.Host.OomScoreAdjustment,
        };
    }

    internal static Process ForExec(ContainerRecord record, SpecParts parts, ExecConfiguration exec, ContainerUser user, TerminalSize? size)
    {
        Process first = ForContainer(record, parts, user);
        List<string> environment = Environment(record, user, exec.Terminal);
        EnvironmentVariables.Apply(environment, exec.Environment);
        return first with
        {
            Terminal = exec.Terminal,
            ConsoleSize = exec.Terminal ? Size(size ?? exec.ConsoleSize) : null,
            Args = exec.Command,
            Env = environment,
            Cwd = exec.WorkingDirectory.Length > 0 ? ContainerPath.Clean(exec.WorkingDirectory) : first.Cwd,
            Capabilities = exec.Privileged ? Sets(CapabilitySelection.Available, user) : first.Capabilities,
        };
    }

    private static List<string> Environment(ContainerRecord record, ContainerUser user, bool terminal)
    {
        ContainerConfiguration configuration = record.Configuration;
        string hostname =
            configuration.Domainname.Length > 0 ? $"{configuration.Hostname}.{configuration.Domainname}" : configuration.Hostname;
        List<string> environment = EnvironmentVariables.ForContainer(configuration.Environment, hostname, terminal);
        if (!EnvironmentVariables.Has(environment, "HOME"))
        {
            environment.Add($"HOME={user.Home}");
        }
        return environment;
    }

    private static User Numbers(ContainerUser user) =>
        new()
        {
            Uid = user.Uid,
            Gid = user.Gid,
            AdditionalGids = user.Groups,
        };

    // What execve(2) would leave an ordinary user: nothing in force, but the bound of what set-uid programs can give (capabilities(7)).
    private static Oci.RuntimeSpec.Capabilities Sets(IReadOnlyList<string> names, ContainerUser user) =>
        user.Uid == 0
            ? new()
            {
                Bounding = names,
                Effective = names,
                Permitted = names,
            }
            : new() { Bounding = names };

    private static ConsoleSize? Size(TerminalSize? size) =>
        size is { Rows: > 0, Columns: > 0 } ? new ConsoleSize { Height = (uint)size.Rows, Width = (uint)size.Columns } : null;
}
