namespace Conex.Engine.Containers;

/// <summary>Everything there is to say of a container at one moment.</summary>
public sealed record ContainerDetails
{
    /// <summary>The fixed part.</summary>
    public required ContainerRecord Record { get; init; }

    /// <summary>The changing part.</summary>
    public required ContainerState State { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Execs that are known, running or not.</summary>
    public required IReadOnlyList<string> ExecIds { get; init; }

    /// <summary>The user's mounts.</summary>
    public required IReadOnlyList<MountPoint> Mounts { get; init; }

    /// <summary>The host name inside.</summary>
    public required string Hostname { get; init; }

    public required string LogPath { get; init; }

    public required string HostsPath { get; init; }

    public required string HostnamePath { get; init; }

    public required string ResolvConfPath { get; init; }

    /// <summary>The writable layer.</summary>
    public required string UpperDirectory { get; init; }

    /// <summary>The writable layer's overlayfs work directory.</summary>
    public required string WorkDirectory { get; init; }

    public string Id => Record.Id;

    /// <summary>Without a leading slash.</summary>
    public string Name => Record.Name;

    public ContainerConfiguration Configuration => Record.Configuration;
}

/// <summary>One of the user's mounts.</summary>
/// <param name="Type"><c>bind</c> or <c>tmpfs</c>.</param>
/// <param name="Mode">The options of <c>-v</c> as given.</param>
public sealed record MountPoint(string Type, string Source, string Destination, string Mode, bool Writable, string Propagation);

/// <summary>What a create answers.</summary>
public sealed record CreatedContainer(string Id, IReadOnlyList<string> Warnings);
