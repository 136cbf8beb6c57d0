using System.Text;
using System.Text.Json;
using Conex.Linux.Errors;
using Conex.Linux.Files;
using Conex.Runtime.Errors;

namespace Conex.Runtime.Checkpoints;

/// <summary><c>descriptors.json</c> beside the images: what the container's descriptors 0, 1 and 2 were outside of it. runc and crun write and read
/// the same file; of theirs only pipes have a meaning.</summary>
internal static class DescriptorsFile
{
    private const string Name = "descriptors.json";

    internal static void Write(string directory, IReadOnlyList<string> names)
    {
        var json = new StringBuilder("[");
        foreach (string name in names)
        {
            json.Append(json.Length > 1 ? "," : "").Append('"');
            json.Append(JsonEncodedText.Encode(name).Value).Append('"');
        }
        json.Append(']');
        AtomicFile.Write($"{directory}/{Name}", Encoding.UTF8.GetBytes(json.ToString()));
    }

    /// <exception cref="CheckpointException">It is missing or damaged: the directory holds no checkpoint.</exception>
    internal static IReadOnlyList<string> Read(string directory)
    {
        string path = $"{directory}/{Name}";
        try
        {
            var reader = new Utf8JsonReader(FileIo.ReadAll(path, 1 << 20));
            List<string> names = [];
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    names.Add(reader.GetString()!);
                }
            }
            return names;
        }
        catch (KernelException e) when (e.Error is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw new CheckpointException($"{directory} holds no checkpoint of a container: {Name} is missing");
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{path} is damaged: {e.Message}");
        }
    }
}
