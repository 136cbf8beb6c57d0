namespace Conex.Oci.Credentials;

/// <summary>What proves a user to a registry.</summary>
/// <remarks>Its text is not its content, so that no log holds a secret.</remarks>
public sealed record RegistryCredential
{
    /// <summary>The user's name; empty when a token alone speaks.</summary>
    public string Username { get; init; } = "";

    /// <summary>The password.</summary>
    public string Password { get; init; } = "";

    /// <summary>A refresh token of the registry's token service (OAuth2), instead of the password.</summary>
    public string IdentityToken { get; init; } = "";

    /// <summary>A bearer token that is sent as it is.</summary>
    public string RegistryToken { get; init; } = "";

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Username.Length == 0 && Password.Length == 0 && IdentityToken.Length == 0 && RegistryToken.Length == 0;

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "no credential" : $"the credential of {(Username.Length > 0 ? Username : "a token")}";
}
