using System.Globalization;
using System.Text;
using System.Text.Json;
using Conex.Engine.Containers;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Linux.Sockets;

namespace Conex.Engine.Recovery;

/// <summary>Takes the mounts of a running container's layers back from its monitor: a second mount of a layer would be a superblock of its own, with
/// pages of its own. What cannot be had is mounted anew by whoever needs it.</summary>
internal static class LayerHandover
{
    private const int PatienceSeconds = 2;
    private const int LargestAssembly = 1 << 20;

    internal static Task TakeAsync(Container container, ContainerLayers layers) => Task.Run(() => Take(container, layers));

    private static void Take(Container container, ContainerLayers layers)
    {
        try
        {
            IReadOnlyList<string> lowers = Lowers(container.Files.Assembly);
            for (int i = 0; i < Math.Min(lowers.Count, container.Record.Layers.Count); i++)
            {
                string layer = container.Record.Layers[i];
                if (!lowers[i].StartsWith("fd:", StringComparison.Ordinal) || layers.HasMount(layer))
                {
                    continue;
                }
                if (Ask(container.Files.Socket, int.Parse(lowers[i].AsSpan(3), CultureInfo.InvariantCulture)) is not { } mount)
                {
                    return;
                }
                layers.Adopt(layer, mount, container.State.StartedAt ?? default);
            }
        }
        catch (Exception e) when (e is KernelException or JsonException or FormatException)
        {
            // The container ends, or its monitor is of another build.
        }
    }

    /// <summary>One layer by its number in the monitor; null when it gives none.</summary>
    private static FileHandle? Ask(string socket, int number)
    {
        using var connection = UnixSocket.Connect(socket, PatienceSeconds);
        connection.LimitReceive(PatienceSeconds);
        connection.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"layer {number}\n")));
        connection.ReceiveDescriptor(stackalloc byte[3], out FileHandle? mount);
        return mount;
    }

    private static IReadOnlyList<string> Lowers(string assembly)
    {
        using var document = JsonDocument.Parse(FileIo.ReadAll(assembly, LargestAssembly));
        return document.RootElement.TryGetProperty("lowers", out JsonElement lowers)
            ? [.. lowers.EnumerateArray().Select(lower => lower.GetString() ?? "")]
            : [];
    }
}
