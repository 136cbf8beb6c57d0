using System.Net;

namespace Conex.Images.Registries;

/// <summary>A registry refuses, cannot be reached, or sends what cannot be.</summary>
public sealed class RegistryException : Exception
{
    /// <param name="message">What was tried, on what, and why it failed.</param>
    /// <param name="status">The registry's HTTP status; null where none came.</param>
    public RegistryException(string message, HttpStatusCode? status = null, Exception? cause = null)
        : base(message, cause)
    {
        Status = status;
    }

    /// <summary>The registry's HTTP status; null where none came.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Whether there is no such thing in the registry, or it says so to those it does not let in.</summary>
    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>Whether the registry wants another user, or a user at all.</summary>
    public bool IsDenied => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
}
