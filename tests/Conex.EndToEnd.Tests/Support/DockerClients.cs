namespace Conex.EndToEnd.Tests.Support;

/// <summary>The docker clients of this machine: Debian's, unpacked by <c>./test</c>, and the one on PATH.</summary>
internal static class DockerClients
{
    private static string Peers => Environment.GetEnvironmentVariable("CONEX_PEERS") ?? Path.Combine(Repository.Root, "artifacts/peers");

    /// <summary>Debian's client, else the one on PATH; fails when there is none.</summary>
    internal static string Debian =>
        ((string[])[$"{Peers}/docker", $"{Peers}/usr/bin/docker"]).FirstOrDefault(File.Exists)
        ?? Product.OfMachine("docker", "docker.io (./test fetches the client alone)");

    /// <summary>All of them, each once.</summary>
    internal static IEnumerable<string> All =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(directory => $"{directory}/docker")
            .Where(File.Exists)
            .Take(1)
            .Append(Debian)
            .Distinct();
}
