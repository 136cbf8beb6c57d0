using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Conex.Linux.Files;
using Conex.Linux.Polling;

namespace Conex.EndToEnd.Tests.Support;

/// <summary>Collects what comes from a stream, and lets others wait for it.</summary>
internal sealed class StreamText
{
    private const int LookInterval = 100;

    private readonly Lock gate = new();
    private readonly StringBuilder text = new();
    private readonly byte[] buffer = new byte[16384];
    private readonly char[] characters = new char[16384];
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly SafeHandle owner;
    private readonly int descriptor;
    private readonly Thread collector;
    private volatile bool ended;
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="stream">Of a pipe or a file.</param>
    internal StreamText(Stream stream)
    {
        owner = stream is PipeStream pipe ? pipe.SafePipeHandle : ((FileStream)stream).SafeFileHandle;
        // Whoever disposes of the stream closes it only when nothing more comes.
        bool added = false;
        owner.DangerousAddRef(ref added);
        descriptor = (int)owner.DangerousGetHandle();
        collector = new Thread(Collect) { IsBackground = true };
        collector.Start();
    }

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

    /// <summary>Takes what is there already.</summary>
    internal void CatchUp()
    {
        while (Take()) { }
    }

    /// <summary>Takes no more: on return nothing uses the descriptor.</summary>
    internal void Stop()
    {
        lock (gate)
        {
            ended = true;
            more.TrySetResult();
        }
        collector.Join();
    }

    private void Collect()
    {
        using FileHandle file = new(descriptor, ownsHandle: false);
        while (!ended)
        {
            if (Poll.Readable([file], LookInterval) >= 0)
            {
                Take();
            }
        }
        owner.DangerousRelease();
    }

    /// <returns>False when nothing is there, or nothing will come.</returns>
    private bool Take()
    {
        using FileHandle file = new(descriptor, ownsHandle: false);
        TaskCompletionSource done;
        bool goesOn;
        lock (gate)
        {
            if (ended || Poll.Readable([file], 0) < 0)
            {
                return false;
            }
            // The other side of a terminal was closed: EIO.
            int n = FileIo.TryRead(file, buffer, out _);
            goesOn = n > 0;
            text.Append(characters, 0, goesOn ? decoder.GetChars(buffer, 0, n, characters, 0) : 0);
            ended = !goesOn;
            done = more;
            more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        done.TrySetResult();
        return goesOn;
    }
}
