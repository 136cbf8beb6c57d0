using System.Globalization;
using System.Text;

namespace Conex.Images.Tests.Registries;

/// <summary>A request that came.</summary>
internal sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    internal string Path => Target.Split('?')[0];

    internal string? Authorization => Headers.GetValueOrDefault("authorization");

    internal string? Query(string name) =>
        Target.Contains('?', StringComparison.Ordinal)
            ? Target
                .Split('?')[1]
                .Split('&')
                .Where(pair => pair.StartsWith($"{name}=", StringComparison.Ordinal))
                .Select(pair => Uri.UnescapeDataString(pair[(name.Length + 1)..]))
                .FirstOrDefault()
            : null;

    /// <summary>Null for what is no request, as the beginning of TLS.</summary>
    internal static async Task<FakeRequest?> ReadAsync(Stream stream)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (await stream.ReadAsync(one) == 0 || one[0] > 127 || (head.Count == 0 && !char.IsAsciiLetterUpper((char)one[0])))
            {
                return null;
            }
            head.Add(one[0]);
        }
        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = lines
            .Skip(1)
            .GroupBy(line => line[..line.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant(), StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => string.Join(", ", group.Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())),
                StringComparer.Ordinal
            );
        byte[] body = new byte[
            headers.TryGetValue("content-length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0
        ];
        await stream.ReadExactlyAsync(body);
        string[] first = lines[0].Split(' ');
        return new FakeRequest(first[0], first[1], headers, body);
    }
}

/// <summary>An answer, perhaps a broken one.</summary>
internal sealed record FakeAnswer(int Status, byte[]? Body = null)
{
    internal Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Cut the connection after so many bytes of the body.</summary>
    internal int? CutAfter { get; init; }

    /// <summary>Then wait for ever instead of cutting.</summary>
    internal bool Hangs { get; init; }

    internal async Task WriteAsync(Stream stream, bool headOnly, CancellationToken end)
    {
        byte[] body = Body ?? [];
        var head = new StringBuilder($"HTTP/1.1 {Status} Because\r\nConnection: close\r\n");
        foreach ((string name, string value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        if (!Headers.ContainsKey("Content-Length") && Status != 204)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), end);
        if (!headOnly)
        {
            await stream.WriteAsync(body.AsMemory(0, CutAfter ?? body.Length), end);
        }
        await stream.FlushAsync(end);
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, end);
        }
    }
}
