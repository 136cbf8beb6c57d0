using System.Text.Json;
using System.Text.Json.Serialization;
using Conex.Linux.Errors;
using Conex.Linux.Files;

namespace Conex.Engine.Monitors;

/// <summary>How a run ended: the monitor's <c>exit.json</c>.</summary>
internal sealed record ExitReport
{
    public int Pid { get; init; }

    /// <summary>128 + the signal for a process that a signal ended.</summary>
    public int ExitCode { get; init; }

    public int Signal { get; init; }

    public bool OomKilled { get; init; }

    /// <summary>Null when the start failed.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Why the start failed, or what was strange; null when all was well.</summary>
    public string? Error { get; init; }

    /// <summary>Whether the payload ran at all; supposed of one whose monitor died.</summary>
    internal bool Ran => Error is null || Pid != 0;

    /// <summary>The report of a monitor that ended without one.</summary>
    internal static ExitReport MonitorDied(DateTimeOffset now) =>
        new()
        {
            Pid = -1,
            ExitCode = 137,
            Signal = 9,
            FinishedAt = now,
            Error = "the monitor of the container died",
        };

    internal bool IsMonitorDeath => Pid == -1;

    /// <summary>Reads the file; null when there is none or it cannot be understood.</summary>
    internal static ExitReport? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(FileIo.ReadAll(path, 1 << 20), ExitReportJson.Default.ExitReport);
        }
        catch (KernelException e) when (e.Error is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Source-generated JSON of <see cref="ExitReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExitReport))]
internal sealed partial class ExitReportJson : JsonSerializerContext;
