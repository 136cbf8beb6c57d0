using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Conex.Api.Streaming;

/// <summary>Joins a hijacked connection with a container's streams until the container's output ends, the client leaves, or it presses the detach
/// keys. The end of the client's input is passed on by itself.</summary>
internal sealed class Splice(HijackedConnection client, Socket container, DetachKeys? keys)
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Copies both ways. Closes the container's socket; the client's connection is left open.</summary>
    /// <returns>True when the container's output has ended; false when the client detached or left.</returns>
    internal async Task<bool> RunAsync()
    {
        using (container)
        {
            Task<bool> input = CopyInputAsync();
            Task<bool> output = CopyOutputAsync();
            if (await Task.WhenAny(input, output) == input && !await input)
            {
                // The input has ended, the output goes on.
                await output;
            }

            bool ended = output.IsCompleted;
            client.Input.CancelPendingRead();
            Shutdown(SocketShutdown.Both);
            await Task.WhenAll(input, output);
            return ended && await output;
        }
    }

    /// <returns>True when the whole session is to end, because the keys were pressed or the client is gone.</returns>
    private async Task<bool> CopyInputAsync()
    {
        var filtered = new ArrayBufferWriter<byte>();
        while (true)
        {
            ReadResult result = await client.Input.ReadAsync();
            bool detach = false;
            try
            {
                foreach (ReadOnlyMemory<byte> part in result.Buffer)
                {
                    if (keys is null)
                    {
                        await SendAsync(part);
                        continue;
                    }

                    filtered.ResetWrittenCount();
                    detach = keys.Filter(part.Span, filtered);
                    await SendAsync(filtered.WrittenMemory);
                    if (detach)
                    {
                        return true;
                    }
                }
            }
            catch (SocketException)
            {
                // The process takes no input any more. Its output may go on, and what the client still sends is nobody's.
                return false;
            }
            finally
            {
                client.Input.AdvanceTo(result.Buffer.End);
            }

            if (result.IsCanceled)
            {
                return false;
            }

            if (result.IsCompleted)
            {
                if (client.IsGone)
                {
                    return true;
                }

                Shutdown(SocketShutdown.Send);
                return false;
            }
        }
    }

    /// <returns>False when the client took no more.</returns>
    private async Task<bool> CopyOutputAsync()
    {
        try
        {
            while (true)
            {
                // Waiting without a buffer: an idle terminal holds no memory.
                await container.ReceiveAsync(Memory<byte>.Empty);
                int n = await container.ReceiveAsync(client.Output.GetMemory(BufferSize));
                if (n == 0)
                {
                    return true;
                }

                client.Output.Advance(n);
                if ((await client.Output.FlushAsync()).IsCompleted)
                {
                    return false;
                }
            }
        }
        catch (SocketException)
        {
            // The monitor is gone, and the output with it.
            return true;
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await container.SendAsync(bytes)..];
        }
    }

    private void Shutdown(SocketShutdown direction)
    {
        try
        {
            container.Shutdown(direction);
        }
        catch (SocketException)
        {
            // The monitor is gone.
        }
    }
}
