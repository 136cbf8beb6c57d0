namespace Conex.Runtime.Tests.Monitors;

/// <summary>Sends until the monitor takes no more.</summary>
internal static class HeldUp
{
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
                control.Send("nonsense\n");
                Assert.StartsWith("error ", control.ReadLine());
            }
        }
        return total;
    }
}
