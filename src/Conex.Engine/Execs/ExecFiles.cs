using System.Text.Json;
using System.Text.Json.Serialization;
using Conex.Linux.Errors;
using Conex.Linux.Faults;
using Conex.Linux.Files;

namespace Conex.Engine.Execs;

/// <summary>The files of a started exec, from which the next engine knows it again.</summary>
internal static class ExecFiles
{
    private const uint OwnerOnly = 0x1C0; // 0700

    internal static string ProcessFile(string directory) => $"{directory}/process.json";

    internal static void Write(Exec exec, byte[] process)
    {
        PathAt.TryMakeDirectory(PathAt.Current, exec.Container.Files.Execs, OwnerOnly);
        PathAt.MakeDirectory(PathAt.Current, exec.Directory, OwnerOnly);
        AtomicFile.Write(
            $"{exec.Directory}/exec.json",
            JsonSerializer.SerializeToUtf8Bytes(exec.Configuration, ExecJson.Default.ExecConfiguration)
        );
        AtomicFile.Write(ProcessFile(exec.Directory), process);
        CrashStep.At("exec.start.files-written");
    }

    /// <summary>The configuration of an exec that an earlier engine started; null when there is none.</summary>
    internal static ExecConfiguration? TryRead(string directory)
    {
        try
        {
            return JsonSerializer.Deserialize(FileIo.ReadAll($"{directory}/exec.json"), ExecJson.Default.ExecConfiguration);
        }
        catch (Exception e) when (e is KernelException or JsonException)
        {
            return null;
        }
    }

    internal static void Remove(string directory) => DirectoryTree.Remove(PathAt.Current, directory);
}

/// <summary>Source-generated JSON of <c>exec.json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecConfiguration))]
internal sealed partial class ExecJson : JsonSerializerContext;
