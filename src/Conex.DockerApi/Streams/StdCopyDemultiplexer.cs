namespace Conex.DockerApi.Streams;

/// <summary>Takes a multiplexed stream apart, in pieces of any size and without a copy: feed it what was read, take payload after payload.</summary>
/// <example><code>
/// while (demultiplexer.TryTake(ref input, out var stream, out var payload)) { … }
/// </code></example>
public sealed class StdCopyDemultiplexer
{
    private readonly byte[] header = new byte[StdCopyFrame.HeaderSize];
    private int headerLength;
    private StdCopyFrame frame;
    private uint remaining;

    /// <summary>Whether the input so far ends at a frame's end; false after the last byte means that the stream was cut.</summary>
    public bool AtFrameBoundary => headerLength == 0 && remaining == 0;

    /// <summary>Takes the next payload, or the part of it that is there, from the front of <paramref name="input"/>.</summary>
    /// <returns>False when <paramref name="input"/> is used up.</returns>
    /// <exception cref="InvalidDataException">The bytes are not in this format.</exception>
    public bool TryTake(ref ReadOnlySpan<byte> input, out StdCopyStream stream, out ReadOnlySpan<byte> payload)
    {
        while (remaining == 0 && input.Length > 0)
        {
            int part = Math.Min(header.Length - headerLength, input.Length);
            input[..part].CopyTo(header.AsSpan(headerLength));
            input = input[part..];
            headerLength += part;
            if (headerLength == header.Length)
            {
                if (!StdCopyFrame.TryRead(header, out frame))
                {
                    throw new InvalidDataException($"the stream holds no frame of Docker's: its header starts with the byte {header[0]}");
                }

                headerLength = 0;
                remaining = frame.Length;
            }
        }

        stream = frame.Stream;
        int length = (int)Math.Min(remaining, (uint)input.Length);
        payload = input[..length];
        input = input[length..];
        remaining -= (uint)length;
        return length > 0;
    }
}
