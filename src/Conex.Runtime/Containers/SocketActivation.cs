using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Containers;

/// <summary>Listening sockets that the caller hands through to the payload, descriptors 3 and up (sd_listen_fds(3)).</summary>
/// <param name="Count">How many.</param>
/// <param name="Names">LISTEN_FDNAMES, or null.</param>
public readonly record struct SocketActivation(int Count, string? Names)
{
    /// <summary>No more than this makes sense; a larger number is none of a service manager.</summary>
    private const int Most = 1024;

    /// <summary>What this process was given; nothing where the variables are for another process.</summary>
    /// <remarks>LISTEN_PID is this process, or 1: podman says so to the runtime because the payload will be told so.</remarks>
    public static SocketActivation OfEnvironment()
    {
        string? pid = Environment.GetEnvironmentVariable("LISTEN_PID");
        if (
            !int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), out int count)
            || count is < 1 or > Most
            || (!string.IsNullOrEmpty(pid) && pid != "1" && pid != $"{Environment.ProcessId}")
        )
        {
            return default;
        }
        return new SocketActivation(count, Environment.GetEnvironmentVariable("LISTEN_FDNAMES"));
    }

    /// <summary>The configuration with the payload's variables.</summary>
    internal RuntimeSpec AddTo(RuntimeSpec spec)
    {
        if (Count == 0 || spec.Process is not { } process)
        {
            return spec;
        }
        List<string> environment = [.. process.Env ?? [], $"LISTEN_FDS={Count}", "LISTEN_PID=1"];
        if (!string.IsNullOrEmpty(Names))
        {
            environment.Add($"LISTEN_FDNAMES={Names}");
        }
        return spec with { Process = process with { Env = environment } };
    }
}
