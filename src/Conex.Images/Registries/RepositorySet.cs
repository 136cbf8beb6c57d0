namespace Conex.Images.Registries;

/// <summary>A repository and its mirrors: each is asked in turn until one answers, the registry itself last.</summary>
internal sealed class RepositorySet(IReadOnlyList<RegistryRepository> repositories) : IDisposable
{
    /// <summary>The registry itself.</summary>
    internal RegistryRepository Origin => repositories[^1];

    public void Dispose()
    {
        foreach (RegistryRepository repository in repositories)
        {
            repository.Connection.Dispose();
        }
    }

    /// <summary>The first answer.</summary>
    /// <exception cref="RegistryException">None answers; the registry's own reason.</exception>
    internal async Task<T> AskAsync<T>(Func<RegistryRepository, Task<T>> call)
    {
        foreach (RegistryRepository mirror in repositories.Take(repositories.Count - 1))
        {
            try
            {
                return await call(mirror);
            }
            catch (RegistryException)
            {
                // A mirror need not have what the registry has, nor be there at all.
            }
        }
        return await call(Origin);
    }
}
