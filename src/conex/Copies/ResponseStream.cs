using Conex.DockerApi.Client;
using Conex.Images.Compression;

namespace Conex.Cli.Copies;

/// <summary>An answer's body as a stream, counted.</summary>
internal sealed class ResponseStream(EngineResponse response) : ReadOnlyStream
{
    /// <summary>Bytes read so far.</summary>
    internal long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var n = response.Read(buffer);
        Count += n;
        return n;
    }
}
