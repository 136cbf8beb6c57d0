using System.Text;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Collects what comes from a stream, and lets others wait for it.</summary>
internal sealed class StreamText
{
    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private bool ended;
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal StreamText(Stream stream) => new Thread(() => Collect(stream)) { IsBackground = true }.Start();

    internal string Text
    {
        get
        {
            lock (gate)
            {
                return text.ToString();
            }
        }
    }

    internal bool WaitForEnd(TimeSpan patience) => Wait(() => false, patience) || ended;

    /// <summary>Waits for a text.</summary>
    /// <returns>False when the stream or the patience ended before it came.</returns>
    internal bool WaitFor(string wanted, TimeSpan patience) =>
        Wait(() => text.ToString().Contains(wanted, StringComparison.Ordinal), patience);

    private bool Wait(Func<bool> condition, TimeSpan patience)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            Task next;
            lock (gate)
            {
                bool met = condition();
                if (met || ended)
                {
                    return met;
                }
                next = more.Task;
            }
            long left = deadline - Environment.TickCount64;
            if (left <= 0 || !next.Wait((int)left, TestContext.Current.CancellationToken))
            {
                return false;
            }
        }
    }

    private void Collect(Stream stream)
    {
        byte[] buffer = new byte[16384];
        var decoder = Encoding.UTF8.GetDecoder();
        char[] characters = new char[buffer.Length];
        try
        {
            int n;
            while ((n = stream.Read(buffer)) > 0)
            {
                int count = decoder.GetChars(buffer, 0, n, characters, 0);
                Add(characters.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side of a terminal was closed (EIO), or the test is over.
        }
        Add([], last: true);
    }

    private void Add(ReadOnlySpan<char> characters, bool last = false)
    {
        TaskCompletionSource done;
        lock (gate)
        {
            text.Append(characters);
            ended |= last;
            done = more;
            more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        done.SetResult();
    }
}
