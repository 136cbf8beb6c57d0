using Conex.Engine.Errors;

namespace Conex.Engine.Specs;

/// <summary>Lists of <c>NAME=value</c>.</summary>
internal static class EnvironmentVariables
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The request's variables, then those of the image that the request does not name.</summary>
    internal static IReadOnlyList<string>? Merge(IReadOnlyList<string>? request, IReadOnlyList<string>? image)
    {
        if (request is null or [])
        {
            return image;
        }
        List<string> merged = [.. request];
        foreach (string variable in image ?? [])
        {
            if (IndexOf(merged, Name(variable)) < 0)
            {
                merged.Add(variable);
            }
        }
        return merged;
    }

    /// <summary>The environment of a container's process: PATH, HOSTNAME, TERM of a terminal, then the configured ones over them.</summary>
    /// <param name="hostname">With the domain, when there is one.</param>
    internal static List<string> ForContainer(IReadOnlyList<string>? configured, string hostname, bool terminal)
    {
        List<string> environment = [DefaultPath, $"HOSTNAME={hostname}"];
        if (terminal)
        {
            environment.Add("TERM=xterm");
        }
        Apply(environment, configured ?? []);
        return environment;
    }

    /// <summary>Sets variables; a bare name removes one.</summary>
    internal static void Apply(List<string> environment, IReadOnlyList<string> changes)
    {
        foreach (string change in changes)
        {
            int index = IndexOf(environment, Name(change));
            if (!change.Contains('=', StringComparison.Ordinal))
            {
                if (index >= 0)
                {
                    environment.RemoveAt(index);
                }
            }
            else if (index >= 0)
            {
                environment[index] = change;
            }
            else
            {
                environment.Add(change);
            }
        }
    }

    internal static bool Has(IReadOnlyList<string> environment, string name) => IndexOf(environment, name) >= 0;

    /// <exception cref="InvalidRequestException">A variable without a name.</exception>
    internal static void Check(IReadOnlyList<string>? environment)
    {
        foreach (string variable in environment ?? [])
        {
            if (variable.Length == 0 || variable[0] == '=')
            {
                throw new InvalidRequestException($"invalid environment variable: {variable}");
            }
        }
    }

    private static ReadOnlySpan<char> Name(string variable)
    {
        int equals = variable.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? variable : variable.AsSpan(0, equals);
    }

    private static int IndexOf(IReadOnlyList<string> environment, ReadOnlySpan<char> name)
    {
        for (int i = 0; i < environment.Count; i++)
        {
            if (Name(environment[i]).SequenceEqual(name))
            {
                return i;
            }
        }
        return -1;
    }
}
