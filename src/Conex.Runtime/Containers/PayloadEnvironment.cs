using Conex.Oci.RuntimeSpec;

namespace Conex.Runtime.Containers;

/// <summary>The environment as the payload gets it: each name once, the last value counts, and HOME is there.</summary>
internal static class PayloadEnvironment
{
    /// <param name="home">Finds the user's home where the configuration names none.</param>
    internal static Process Complete(Process process, Func<string> home)
    {
        const string homeName = "HOME=";
        IReadOnlyList<string> given = process.Env ?? [];
        // Not by spans: hashing them takes a random seed from the kernel first.
        var seen = new HashSet<string>(given.Count + 1, StringComparer.Ordinal);
        var kept = new List<string>(given.Count + 1);
        bool hasHome = false;
        for (int i = given.Count - 1; i >= 0; i--)
        {
            string variable = given[i];
            int equals = variable.IndexOf('=');
            bool isHome = variable.StartsWith(homeName, StringComparison.Ordinal);
            if (seen.Add(equals < 0 ? variable : variable[..equals]) && variable != homeName)
            {
                kept.Add(variable);
                hasHome |= isHome;
            }
        }
        kept.Reverse();
        if (!hasHome)
        {
            kept.Add(homeName + home());
        }
        return process with { Env = kept };
    }
}
