using System.Text;
using Conex.Engine.Containers;
using Conex.Linux.Files;

namespace Conex.Engine;

/// <summary>The ID of a data directory, made at its first use.</summary>
internal static class EngineIdentity
{
    internal static string ReadOrMake(EnginePaths paths)
    {
        string file = $"{paths.Data}/engine-id";
        if (PathAt.Status(file) is not null)
        {
            return Encoding.ASCII.GetString(FileIo.ReadAll(file, 4096)).Trim();
        }
        string id = RandomId.Create();
        AtomicFile.Write(file, Encoding.ASCII.GetBytes(id));
        return id;
    }
}
