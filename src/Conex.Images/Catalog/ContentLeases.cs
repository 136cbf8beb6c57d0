using Conex.Oci;

namespace Conex.Images.Catalog;

/// <summary>Layers that an operation counts on before an image of its own names them: nobody removes them meanwhile. Not safe for
/// concurrent calls.</summary>
internal sealed class ContentLeases
{
    private readonly Dictionary<Digest, int> counts = [];

    internal bool Holds(Digest layer) => counts.ContainsKey(layer);

    internal void Take(Digest layer) => counts[layer] = counts.GetValueOrDefault(layer) + 1;

    internal void Return(Digest layer)
    {
        int count = counts[layer] - 1;
        if (count == 0)
        {
            counts.Remove(layer);
        }
        else
        {
            counts[layer] = count;
        }
    }
}
