namespace Conex.DockerApi.Client;

/// <summary>The status and header lines of an answer (RFC 9112).</summary>
internal sealed class ResponseHead
{
    private const int MostLines = 100;
    private readonly List<string> lines = [];

    private ResponseHead(int status) => Status = status;

    internal int Status { get; }

    internal bool IsChunked => Header("Transfer-Encoding") is { } coding && coding.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);

    internal bool Closes => Header("Connection") is { } connection && connection.Equals("close", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a head; interim answers as <c>100 Continue</c> are passed over, 101 is not one.</summary>
    internal static ResponseHead Read(EngineConnection connection)
    {
        while (true)
        {
            ResponseHead head = ReadOne(connection);
            if (head.Status is >= 200 or 101)
            {
                return head;
            }
        }
    }

    /// <summary>A header's value, or null.</summary>
    internal string? Header(string name)
    {
        foreach (string line in lines)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }

    private static ResponseHead ReadOne(EngineConnection connection)
    {
        string statusLine = connection.ReadLine();
        if (
            statusLine.Length < 12
            || !statusLine.StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(statusLine.AsSpan(9, 3), out int status)
            || status < 100
        )
        {
            throw new EngineUnreachableException(connection.Endpoint, "the answer is not HTTP");
        }

        var head = new ResponseHead(status);
        while (connection.ReadLine() is { Length: > 0 } line)
        {
            if (head.lines.Count == MostLines)
            {
                throw new EngineUnreachableException(connection.Endpoint, $"the answer has more than {MostLines} header lines");
            }

            head.lines.Add(line);
        }

        return head;
    }
}
