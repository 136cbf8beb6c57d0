namespace Conex.Runtime.Resources;

/// <summary>Turns weights of cgroup v1 into those of v2.</summary>
public static class CpuWeight
{
    internal const ulong MostShares = 262144;
    private const ulong LeastShares = 2;
    private const ulong MostWeight = 10000;

    /// <summary>The cpu.weight for cpu.shares: least, usual (1024) and most shares are the least, usual (100) and most weight, on a
    /// quadratic curve between the logarithms. All runtimes must agree, or containers of two of them would share a CPU unfairly: this is
    /// the formula of runc and crun.</summary>
    /// <param name="shares">0 is absent; others are brought into 2 to 262144.</param>
    /// <returns>0 for absent, else 1 to 10000.</returns>
    public static ulong FromShares(ulong shares)
    {
        if (shares == 0)
        {
            return 0;
        }
        if (shares <= LeastShares)
        {
            return 1;
        }
        if (shares >= MostShares)
        {
            return MostWeight;
        }
        double log = Math.Log2(shares);
        double exponent = (((log * log) + (125 * log)) / 612) - (7.0 / 34);
        return (ulong)Math.Ceiling(Math.Pow(10, exponent));
    }
}
