using System.Text;

namespace Conex.Runtime.Checkpoints;

/// <summary>An answer of criu, or a notification on the way to it (criu_resp of criu's rpc.proto).</summary>
public sealed record CriuAnswer
{
    public CriuRequestType Type { get; private init; }

    public bool Success { get; private init; }

    /// <summary>What a notification is about: <c>post-restore</c>, ….</summary>
    public string Script { get; private init; } = "";

    /// <summary>The process that a notification is about, by the number that the host knows.</summary>
    public int Pid { get; private init; }

    /// <summary>The errno of what failed; 0 without one.</summary>
    public int ErrorNumber { get; private init; }

    /// <summary>criu's own words about what failed; empty without any.</summary>
    public string ErrorText { get; private init; } = "";

    public CriuFeatures Features { get; private init; }

    public CriuVersion Version { get; private init; }

    /// <exception cref="FormatException">The bytes are no answer.</exception>
    public static CriuAnswer Parse(ReadOnlySpan<byte> message)
    {
        var answer = new CriuAnswer();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            answer = reader.Field switch
            {
                1 => answer with { Type = (CriuRequestType)reader.Number },
                2 => answer with { Success = reader.Number != 0 },
                5 => answer.WithNotification(reader.Bytes),
                7 => answer with { ErrorNumber = (int)reader.Number },
                8 => answer with { Features = CriuFeatures.Parse(reader.Bytes) },
                9 => answer with { ErrorText = Encoding.UTF8.GetString(reader.Bytes) },
                10 => answer with { Version = CriuVersion.Parse(reader.Bytes) },
                _ => answer,
            };
        }
        return answer;
    }

    private CriuAnswer WithNotification(ReadOnlySpan<byte> message)
    {
        CriuAnswer answer = this;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            answer = reader.Field switch
            {
                1 => answer with { Script = Encoding.UTF8.GetString(reader.Bytes) },
                2 => answer with { Pid = (int)reader.Number },
                _ => answer,
            };
        }
        return answer;
    }
}
