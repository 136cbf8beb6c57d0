using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Conex.DockerApi.Client;

/// <summary>Reads JSON values that come one a line. Inside a JSON value a newline can only be white space, and no engine breaks its values.</summary>
internal sealed class JsonLineReader(EngineResponse response)
{
    private const int LongestLine = 4 << 20;
    private byte[] buffer = new byte[4096];
    private int start;
    private int end;

    /// <summary>Reads the next value.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="EngineException">A line is no JSON, or longer than 4 MiB.</exception>
    internal bool TryRead<T>(JsonTypeInfo<T> type, [NotNullWhen(true)] out T? value)
        where T : class
    {
        while (TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.Trim("\r\t "u8).IsEmpty)
            {
                continue;
            }

            try
            {
                value = JsonSerializer.Deserialize(line, type);
            }
            catch (JsonException wrong)
            {
                throw new EngineException(response.Status, $"the engine's progress cannot be read: {wrong.Message}");
            }

            if (value is not null)
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        int searched = start;
        while (true)
        {
            int newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = buffer.AsSpan(start, searched + newline - start);
                start = searched + newline + 1;
                return true;
            }

            searched = end - start;
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
            if (end == buffer.Length)
            {
                if (end >= LongestLine)
                {
                    throw new EngineException(response.Status, $"the engine's progress has a line of more than {LongestLine} bytes");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }

            int n = response.Read(buffer.AsSpan(end));
            if (n == 0)
            {
                line = buffer.AsSpan(0, end);
                bool any = end > 0;
                start = end = 0;
                return any;
            }

            end += n;
        }
    }
}
