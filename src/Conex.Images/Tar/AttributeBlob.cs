namespace Conex.Images.Tar;

/// <summary>Extended attributes as bytes, for where many are kept.</summary>
internal static class AttributeBlob
{
    internal static void Write(BinaryWriter writer, IReadOnlyList<TarAttribute> attributes)
    {
        writer.Write(attributes.Count);
        foreach (TarAttribute attribute in attributes)
        {
            writer.Write(attribute.Name);
            writer.Write(attribute.Value.Length);
            writer.Write(attribute.Value.Span);
        }
    }

    internal static IReadOnlyList<TarAttribute> Read(BinaryReader reader)
    {
        var attributes = new TarAttribute[reader.ReadInt32()];
        for (int i = 0; i < attributes.Length; i++)
        {
            string name = reader.ReadString();
            attributes[i] = new TarAttribute(name, reader.ReadBytes(reader.ReadInt32()));
        }
        return attributes;
    }
}
