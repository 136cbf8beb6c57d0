using Conex.Cli.Commands;
using Conex.DockerApi.Contracts;

namespace Conex.Cli.Output;

/// <summary>Images as trees of layers: a layer that several images begin with stands once, its images below it.</summary>
internal static class LayerForest
{
    internal static string Text(ImageSummary[] images, bool whole)
    {
        var root = new Node();
        foreach (var image in images)
        {
            var node = root;
            foreach (var layer in image.Layers ?? [])
            {
                if (!node.Children.TryGetValue(layer.DiffId, out var child))
                    node.Children[layer.DiffId] = child = new Node { Layer = layer };
                child.Users++;
                node = child;
            }
            node.Images.Add(image);
        }
        var columns = new Columns();
        columns.Add("LAYER", "SIZE", "IMAGES", "IMAGE ID", "TOTAL", "NAMES");
        foreach (var image in root.Images)
            columns.Add("<no layers>", SizeText.Decimal(0), "1", ShortId.Of(image.Id, whole), SizeText.Decimal(image.Size), Names(image));
        foreach (var child in root.Children.Values)
            Add(columns, child, "", "", whole);
        return columns.ToString();
    }

    private static void Add(Columns columns, Node node, string indent, string branch, bool whole)
    {
        var layer = $"{indent}{branch}{ShortId.Of(node.Layer!.DiffId, whole)}";
        var size = SizeText.Decimal(node.Layer.Size);
        var users = node.Users.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (node.Images.Count == 0)
            columns.Add(layer, size, users, "", "", "");
        foreach (var image in node.Images)
        {
            columns.Add(layer, size, users, ShortId.Of(image.Id, whole), SizeText.Decimal(image.Size), Names(image));
            layer = size = users = "";
        }
        // A chain of layers that nothing branches off goes straight down.
        var below = branch.Length == 0 ? indent : indent + (branch == "├─ " ? "│  " : "   ");
        var left = node.Children.Count;
        foreach (var child in node.Children.Values)
            Add(columns, child, below, --left > 0 ? "├─ " : "└─ ", whole);
    }

    private static string Names(ImageSummary image) => image.RepoTags.Length > 0 ? string.Join(", ", image.RepoTags) : "<none>";

    private sealed class Node
    {
        internal ImageLayerSummary? Layer { get; init; }

        internal int Users { get; set; }

        internal Dictionary<string, Node> Children { get; } = new(StringComparer.Ordinal);

        internal List<ImageSummary> Images { get; } = [];
    }
}
