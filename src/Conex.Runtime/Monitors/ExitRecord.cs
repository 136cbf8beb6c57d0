using System.Diagnostics.CodeAnalysis;
using Conex.Oci.Json;

namespace Conex.Runtime.Monitors;

/// <summary>How a container or exec ended: <c>exit.json</c>, there whole or not at all.</summary>
public sealed record ExitRecord : IJsonRecord<ExitRecord>
{
    /// <summary>The exit code of what could not be started for another reason than a missing or not executable program.</summary>
    internal const int CannotStart = 128;

    /// <summary>The process as the host numbered it; 0 when it never ran.</summary>
    public int Pid { get; init; }

    /// <summary>As shells count: 128 + signal for a process that a signal ended; 126, 127 or 128 for one that could not be started.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The signal that ended it, or 0.</summary>
    public int Signal { get; init; }

    /// <summary>Whether the kernel killed a process of it for want of memory.</summary>
    public bool OomKilled { get; init; }

    /// <summary>RFC 3339 with nanoseconds; absent when it never ran.</summary>
    public string? StartedAt { get; init; }

    /// <summary>RFC 3339 with nanoseconds.</summary>
    public required string FinishedAt { get; init; }

    /// <summary>Why it could not be started; absent when it ran.</summary>
    public string? Error { get; init; }

    public ExitRecord() { }

    [SetsRequiredMembers]
    private ExitRecord(ref JsonReader json)
    {
        int? exitCode = null;
        string? finishedAt = null;
        json.EnterObject();
        while (json.NextMember())
        {
            if (json.Is("pid"u8))
                Pid = json.Int32() ?? 0;
            else if (json.Is("exitCode"u8))
                exitCode = json.Int32();
            else if (json.Is("signal"u8))
                Signal = json.Int32() ?? 0;
            else if (json.Is("oomKilled"u8))
                OomKilled = json.Boolean() ?? false;
            else if (json.Is("startedAt"u8))
                StartedAt = json.String();
            else if (json.Is("finishedAt"u8))
                finishedAt = json.String();
            else if (json.Is("error"u8))
                Error = json.String();
            else
                json.Skip();
        }
        ExitCode = json.Required(exitCode, "exitCode");
        FinishedAt = json.Required(finishedAt, "finishedAt");
    }

    /// <exception cref="FormatException">The text is no such record; the message begins with the member's path.</exception>
    public static ExitRecord Parse(ReadOnlySpan<byte> utf8) => JsonReader.Document<ExitRecord>(utf8);

    /// <summary>The record as compact JSON in UTF-8.</summary>
    public byte[] ToUtf8Json() => JsonWriter.Document(this);

    static ExitRecord IJsonRecord<ExitRecord>.Read(ref JsonReader json) => new(ref json);

    void IJsonRecord.WriteMembers(JsonWriter json)
    {
        json.Member("pid"u8, (long?)Pid);
        json.Member("exitCode"u8, (long?)ExitCode);
        json.Member("signal"u8, (long?)Signal);
        json.Member("oomKilled"u8, (bool?)OomKilled);
        json.Member("startedAt"u8, StartedAt);
        json.Member("finishedAt"u8, FinishedAt);
        json.Member("error"u8, Error);
    }
}
