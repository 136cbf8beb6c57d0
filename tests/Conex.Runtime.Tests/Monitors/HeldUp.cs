namespace Conex.Runtime.Tests.Monitors;

/// <summary>Brings back-pressure about.</summary>
internal static class HeldUp
{
    /// <summary>Sends until the monitor takes no more.</summary>
    /// <returns>How many bytes were taken.</returns>
    internal static int Send(Client client, Client control, ReadOnlySpan<byte> pattern, int limit)
    {
        int total = 0;
        for (int refusals = 0; refusals < 20; )
        {
            int n = client.TrySend(pattern[(total % pattern.Length)..]);
            total += Math.Max(n, 0);
            refusals = n < 0 ? refusals + 1 : 0;
            Assert.True(total < limit, "the monitor takes everything");
            if (n < 0)
            {
                // An answered request: the monitor has handled its events meanwhile, those of the held-up client too.
                Ask(control);
            }
        }
        return total;
    }

    /// <summary>Waits until a container that writes for ever is stopped.</summary>
    internal static void Await(RunningMonitor monitor, Client control)
    {
        long before;
        long length = 0;
        do
        {
            before = length;
            for (int i = 0; i < 100; i++)
            {
                Ask(control);
            }
            length = new FileInfo(monitor.Log).Length;
        } while (length == 0 || length != before);
    }

    private static void Ask(Client control)
    {
        control.Send("nonsense\n");
        Assert.StartsWith("error ", control.ReadLine());
    }
}
