using System.Text.Json;
using Conex.Linux.Files;

namespace Conex.Runtime.Containers;

/// <summary>The JSON that <c>state</c> and <c>list</c> print, member by member as runc does: callers parse it.</summary>
public static class ContainerReport
{
    private const int NoPid = 0;

    /// <summary>One container, indented by two.</summary>
    public static byte[] State(Container container) => Write(true, json => WriteOne(json, container, null));

    /// <summary>All containers, compact, with their owner.</summary>
    public static byte[] List(IReadOnlyList<Container> containers) =>
        Write(
            false,
            json =>
            {
                if (containers.Count == 0)
                {
                    json.WriteNullValue();
                    return;
                }
                json.WriteStartArray();
                foreach (Container container in containers)
                {
                    WriteOne(json, container, Owner(container));
                }
                json.WriteEndArray();
            }
        );

    /// <summary>The user that made the container, by number where the host knows no name.</summary>
    public static string Owner(Container container)
    {
        uint user = PathAt.Status(container.Record.Bundle)?.UserId ?? 0;
        return user == 0 ? "root" : $"#{user}";
    }

    private static void WriteOne(Utf8JsonWriter json, Container container, string? owner)
    {
        ContainerStatus status = container.Status;
        json.WriteStartObject();
        json.WriteString("ociVersion", container.Record.OciVersion);
        json.WriteString("id", container.Record.Id);
        json.WriteNumber("pid", status == ContainerStatus.Stopped ? NoPid : container.Record.Pid);
        json.WriteString("status", ContainerControl.Name(status));
        json.WriteString("bundle", container.Record.Bundle);
        json.WriteString("rootfs", container.Record.Rootfs);
        json.WriteString("created", container.Record.Created);
        if (container.Record.Annotations is { Count: > 0 } annotations)
        {
            json.WriteStartObject("annotations");
            foreach ((string name, string value) in annotations)
            {
                json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        json.WriteString("owner", owner ?? "");
        json.WriteEndObject();
    }

    private static byte[] Write(bool indented, Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(stream, options))
        {
            content(json);
        }
        return stream.ToArray();
    }
}
